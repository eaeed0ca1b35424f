import type { FloatData } from '@retrograd/kernels';

export type ReduceOp = 'sum' | 'max';

/**
 * How the processes of a group talk to each other. Every operation starts when it is called; all processes
 * have to call the same ones, in the same order. Buffers must be left alone until the promise is fulfilled.
 */
export interface Communicator {
  /** The place of this process, from 0. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** Replaces the numbers of every buffer by their sums (or largest) over all processes. */
  allReduce(buffers: readonly FloatData[], op?: ReduceOp): Promise<void>;
  /** Replaces the bytes by those of one process; they must be as many everywhere. */
  broadcast(bytes: Uint8Array, from?: number): Promise<void>;
  /** @returns the bytes of all processes, on process 0 alone */
  gather(bytes: Uint8Array): Promise<Uint8Array[] | null>;
  /** Fulfilled when all processes have called it. */
  barrier(): Promise<void>;
  /** Sends numbers to a partner, which sends as many. */
  exchange(own: FloatData, theirs: FloatData, partner: number): Promise<void>;
  send(bytes: Uint8Array, to: number): Promise<void>;
  /**
   * @param options.patient whether it may take any time, as the sender has work to do; no watchdog ends it
   *   then
   */
  receive(from: number, options?: { patient?: boolean }): Promise<Uint8Array>;
  /** Moves what is under way; to be called now and then during long work. */
  progress(): void;
  /** Ends all processes at once. */
  abort(code: number): void;
  /** Ends the group, when nothing is under way any more. Waits for the others. */
  close(): void;
}

/** Everything to process 0, one message each. */
export async function gatherBySending(
  communicator: Communicator,
  bytes: Uint8Array,
): Promise<Uint8Array[] | null> {
  const { rank, size } = communicator;
  if (rank !== 0) {
    await communicator.send(bytes, 0);
    return null;
  }
  const all = [bytes];
  for (let from = 1; from < size; from++) all.push(await communicator.receive(from));
  return all;
}

/** As `broadcast`, where only the sender knows how many bytes there are. */
export async function broadcastAny(
  communicator: Communicator,
  bytes: Uint8Array | null,
): Promise<Uint8Array> {
  const length = new Float64Array([communicator.rank === 0 ? (bytes as Uint8Array).length : 0]);
  await communicator.allReduce([length]);
  const all = communicator.rank === 0 ? (bytes as Uint8Array) : new Uint8Array(length[0]);
  await communicator.broadcast(all);
  return all;
}

/** A value of process 0, fit for JSON, on all processes. */
export async function broadcastJson<T>(communicator: Communicator, value: T | null): Promise<T> {
  const own = communicator.rank === 0 ? new TextEncoder().encode(JSON.stringify(value)) : null;
  return JSON.parse(new TextDecoder().decode(await broadcastAny(communicator, own))) as T;
}

/** The values of all processes, fit for JSON, on process 0 alone. */
export async function gatherJson<T>(communicator: Communicator, value: T): Promise<T[] | null> {
  const all = await communicator.gather(new TextEncoder().encode(JSON.stringify(value)));
  if (all === null) return null;
  return all.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as T);
}
