import type { FloatData } from '@retrograd/kernels';
import { type Communicator, gatherBySending, type ReduceOp } from './communicator.js';
import type { Mpi } from './mpi.js';
import { addressOf, endAfter } from './native.js';
import type { Requests } from './requests.js';
import { TIMED_OUT } from './watchdog.js';

/** Marks of messages between two processes; what belongs together arrives in order. */
const LENGTH_TAG = 1;
const BYTES_TAG = 2;
const EXCHANGE_TAG = 3;

/** That an abort may take. */
const ABORT_SECONDS = 3;

/** Bytes in one call, as counts of MPI are integers of 32 bits. */
const PIECE = 2 ** 28;

/** All processes that the launcher started. */
export class MpiCommunicator implements Communicator {
  readonly rank: number;
  readonly size: number;

  constructor(
    private readonly mpi: Mpi,
    private readonly requests: Requests,
    /** Milliseconds that `close` waits for the others. */
    private readonly timeout: number,
  ) {
    this.rank = mpi.rank;
    this.size = mpi.size;
  }

  async allReduce(buffers: readonly FloatData[], op: ReduceOp = 'sum'): Promise<void> {
    const { handles } = this.mpi.library;
    await this.all(
      buffers.map((buffer, i) => {
        const type = buffer instanceof Float64Array ? handles.double : handles.float;
        const { length } = buffer;
        return this.start(`all-reduce of buffer ${i + 1} of ${buffers.length}`, [buffer], (slot) =>
          this.mpi.call(
            'Iallreduce',
            ...[handles.inPlace, addressOf(buffer), length, type, handles[op], handles.world, slot],
          ),
        );
      }),
    );
  }

  async broadcast(bytes: Uint8Array, from = 0): Promise<void> {
    const { byte, world } = this.mpi.library.handles;
    await this.all(
      pieces(bytes).map((piece) =>
        this.start('broadcast', [piece], (slot) =>
          this.mpi.call('Ibcast', addressOf(piece), piece.length, byte, from, world, slot),
        ),
      ),
    );
  }

  gather(bytes: Uint8Array): Promise<Uint8Array[] | null> {
    return gatherBySending(this, bytes);
  }

  barrier(): Promise<void> {
    return this.start('barrier', [], (slot) =>
      this.mpi.call('Ibarrier', this.mpi.library.handles.world, slot),
    );
  }

  async exchange(own: FloatData, theirs: FloatData, partner: number): Promise<void> {
    const [sent, received] = [own, theirs].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
    await this.all([
      ...pieces(received).map((piece) => this.message('Irecv', piece, partner, EXCHANGE_TAG)),
      ...pieces(sent).map((piece) => this.message('Isend', piece, partner, EXCHANGE_TAG)),
    ]);
  }

  async send(bytes: Uint8Array, to: number): Promise<void> {
    const length = new Uint8Array(new Float64Array([bytes.length]).buffer);
    await this.all([
      this.message('Isend', length, to, LENGTH_TAG),
      ...pieces(bytes).map((piece) => this.message('Isend', piece, to, BYTES_TAG)),
    ]);
  }

  async receive(from: number, { patient = false } = {}): Promise<Uint8Array> {
    const length = new Float64Array(new ArrayBuffer(8));
    await this.message('Irecv', new Uint8Array(length.buffer), from, LENGTH_TAG, patient);
    const bytes = new Uint8Array(length[0]);
    await this.all(pieces(bytes).map((piece) => this.message('Irecv', piece, from, BYTES_TAG)));
    return bytes;
  }

  progress(): void {
    this.requests.look();
  }

  abort(code: number): void {
    // The library asks the launcher to end all, and waits for it, even if the launcher cannot be reached.
    endAfter(ABORT_SECONDS);
    this.mpi.call('Abort', this.mpi.library.handles.world, code);
  }

  close(): void {
    // Finalize waits for all processes, for ever if need be; a barrier tells first whether they come.
    void this.barrier();
    const since = performance.now();
    while (this.requests.count > 0) {
      if (performance.now() - since > this.timeout) this.abort(TIMED_OUT);
      Atomics.wait(sleeper, 0, 0, 1);
      this.requests.look();
    }
    this.mpi.call('Finalize');
  }

  private message(
    name: 'Isend' | 'Irecv',
    bytes: Uint8Array,
    partner: number,
    tag: number,
    patient = false,
  ): Promise<void> {
    const { byte, world } = this.mpi.library.handles;
    const what = name === 'Isend' ? `message to rank ${partner}` : `message from rank ${partner}`;
    const begin = (slot: number): void =>
      this.mpi.call(name, addressOf(bytes), bytes.length, byte, partner, tag, world, slot);
    return this.requests.start(what, begin, [bytes], patient);
  }

  private start(what: string, buffers: readonly unknown[], begin: (slot: number) => void): Promise<void> {
    return this.requests.start(what, begin, buffers);
  }

  private async all(operations: readonly Promise<void>[]): Promise<void> {
    await Promise.all(operations);
  }
}

function pieces(bytes: Uint8Array): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) list.push(bytes.subarray(at, at + PIECE));
  return list;
}

/** Never woken. */
const sleeper = new Int32Array(new SharedArrayBuffer(4));
