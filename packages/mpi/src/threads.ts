import { MessageCommunicator, type Messages } from './by-messages.js';

/** Bytes of a message that are on their way at once. */
const PIECE = 2 ** 16;

/** The state of a mailbox: its first word. */
const EMPTY = 0;
const FULL = 1;

/**
 * Words before the bytes: the state, and how many bytes of the message are still to come, those here counted.
 */
const HEAD_BYTES = 8;

const sizeOfMailbox = HEAD_BYTES + PIECE;

/** Memory in which the threads of a group meet, to be handed to each of them. */
export const threadMemory = (size: number): SharedArrayBuffer =>
  new SharedArrayBuffer(size * size * sizeOfMailbox);

/**
 * A group in one process, without MPI: worker threads, or as many tasks of one thread.
 * @param memory what `threadMemory(size)` made, the same for all
 */
export const threadCommunicator = (
  memory: SharedArrayBuffer,
  rank: number,
  size: number,
): MessageCommunicator => new MessageCommunicator(new Mailboxes(memory, rank, size));

/** One mailbox for every pair of sender and receiver. Long messages go through it in pieces. */
class Mailboxes implements Messages {
  constructor(
    private readonly memory: SharedArrayBuffer,
    readonly rank: number,
    readonly size: number,
  ) {}

  async send(bytes: Uint8Array, to: number): Promise<void> {
    const { head, room } = this.mailbox(this.rank, to);
    let at = 0;
    do {
      await turnUntil(() => Atomics.load(head, 0) === EMPTY);
      const piece = bytes.subarray(at, at + PIECE);
      room.set(piece);
      head[1] = bytes.length - at;
      Atomics.store(head, 0, FULL);
      at += PIECE;
    } while (at < bytes.length);
  }

  async receive(from: number): Promise<Uint8Array> {
    const { head, room } = this.mailbox(from, this.rank);
    let bytes: Uint8Array | null = null;
    let left = 0;
    do {
      await turnUntil(() => Atomics.load(head, 0) === FULL);
      left = head[1];
      bytes ??= new Uint8Array(left);
      const length = Math.min(left, PIECE);
      bytes.set(room.subarray(0, length), bytes.length - left);
      left -= length;
      Atomics.store(head, 0, EMPTY);
    } while (left > 0);
    return bytes;
  }

  abort(code: number): void {
    process.exit(code);
  }

  private mailbox(from: number, to: number): { head: Int32Array; room: Uint8Array } {
    const at = (from * this.size + to) * sizeOfMailbox;
    return {
      head: new Int32Array(this.memory, at, 2),
      room: new Uint8Array(this.memory, at + HEAD_BYTES, PIECE),
    };
  }
}

async function turnUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
