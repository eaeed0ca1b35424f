import type { FloatData } from '@retrograd/kernels';
import { type Communicator, gatherBySending, type ReduceOp } from './communicator.js';

/** Two processes can talk: all that a group needs. Messages between two arrive in order. */
export interface Messages {
  readonly rank: number;
  readonly size: number;
  send(bytes: Uint8Array, to: number): Promise<void>;
  receive(from: number): Promise<Uint8Array>;
  abort(code: number): void;
}

/**
 * A group whose common operations are made of messages to and from process 0. For few processes on one
 * machine: what process 0 has to do grows with their number.
 */
export class MessageCommunicator implements Communicator {
  readonly rank: number;
  readonly size: number;
  /** Operations run one after the other, in the order in which they were called. */
  private last: Promise<unknown> = Promise.resolve();
  /** Single messages wait for those with the same partner only. */
  private readonly lastSent = new Map<number, Promise<unknown>>();
  private readonly lastReceived = new Map<number, Promise<unknown>>();

  constructor(private readonly messages: Messages) {
    this.rank = messages.rank;
    this.size = messages.size;
  }

  allReduce(buffers: readonly FloatData[], op: ReduceOp = 'sum'): Promise<void> {
    return this.inOrder(async () => {
      for (const buffer of buffers) {
        const own = bytesOf(buffer);
        if (this.rank === 0) {
          // In the order of the ranks, so that each run adds alike.
          for (let from = 1; from < this.size; from++) {
            combine(buffer, await this.messages.receive(from), op);
          }
        } else await this.messages.send(own, 0);
        await this.spread(own, 0);
      }
    });
  }

  broadcast(bytes: Uint8Array, from = 0): Promise<void> {
    return this.inOrder(() => this.spread(bytes, from));
  }

  gather(bytes: Uint8Array): Promise<Uint8Array[] | null> {
    return gatherBySending(this, bytes);
  }

  barrier(): Promise<void> {
    return this.allReduce([new Float64Array(1)]);
  }

  exchange(own: FloatData, theirs: FloatData, partner: number): Promise<void> {
    return this.inOrder(async () => {
      const sent = this.messages.send(bytesOf(own), partner);
      bytesOf(theirs).set(await this.messages.receive(partner));
      await sent;
    });
  }

  send(bytes: Uint8Array, to: number): Promise<void> {
    return after(this.lastSent, to, () => this.messages.send(bytes, to));
  }

  receive(from: number): Promise<Uint8Array> {
    return after(this.lastReceived, from, () => this.messages.receive(from));
  }

  progress(): void {}

  abort(code: number): void {
    this.messages.abort(code);
  }

  close(): void {}

  private async spread(bytes: Uint8Array, from: number): Promise<void> {
    if (this.rank !== from) {
      bytes.set(await this.messages.receive(from));
      return;
    }
    for (let to = 0; to < this.size; to++) if (to !== from) await this.messages.send(bytes, to);
  }

  private inOrder<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.last.then(operation);
    this.last = result.catch(() => {});
    return result;
  }
}

function after<T>(
  last: Map<number, Promise<unknown>>,
  partner: number,
  operation: () => Promise<T>,
): Promise<T> {
  const result = (last.get(partner) ?? Promise.resolve()).then(operation);
  last.set(
    partner,
    result.catch(() => {}),
  );
  return result;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: FloatData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function combine(into: FloatData, bytes: Uint8Array, op: ReduceOp): void {
  const whole = bytes.slice().buffer;
  const other = into instanceof Float64Array ? new Float64Array(whole) : new Float32Array(whole);
  for (let i = 0; i < into.length; i++) {
    into[i] = op === 'sum' ? into[i] + other[i] : Math.max(into[i], other[i]);
  }
}
