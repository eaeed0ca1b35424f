import { ValueError } from '@retrograd/arrays';
import type { Communicator } from './communicator.js';
import type { Log } from './log.js';
import { kernelSets } from './start.js';

/** How a group trains. */
export interface Settings {
  /** 'tree': the same bits for 1, 2, 4, … processes, for more computation. */
  readonly bits: 'any' | 'tree';
  /** Parts that a batch is cut in for bits: 'tree'. */
  readonly shards: number;
  /** Steps between two comparisons of all parameters. */
  readonly guardEvery: number;
  /** Where to keep a training that is left before its end. */
  readonly save: string | undefined;
  readonly log: Log;
  /** Told after every step, how many are done. */
  readonly onStep: (done: number) => void;
}

/** @throws ValueError when bits: 'tree' cannot be kept by so many processes */
export function checkShards(bits: Settings['bits'], shards: number, size: number): void {
  if (bits !== 'tree') return;
  if (!Number.isInteger(Math.log2(shards)) || shards < 1) {
    throw new ValueError('distribute', 'shards', 'a power of two', String(shards));
  }
  if (shards % size !== 0) {
    const expectation = `a power of two up to ${shards} (shards) for bits: 'tree'`;
    throw new ValueError('distribute', 'number of processes', expectation, String(size));
  }
}

/**
 * Compares the kernel sets. Different ones make gradients that differ in the last digits, which all processes
 * share (how each rounds in the optimizer's steps is compared apart); but a tree promises bits, which a native
 * library does not.
 * @throws ValueError, on all processes
 */
export async function checkKernels(communicator: Communicator, { bits, log }: Settings): Promise<void> {
  const sets = await kernelSets(communicator);
  const other = sets.findIndex((set) => set !== sets[0]);
  if (bits === 'tree') {
    const actual = other < 0 ? sets[0] : `${sets[0]} on rank 0 and ${sets[other]} on rank ${other}`;
    if (other >= 0 || sets[0].includes(' with ')) {
      const expectation = "one without a native library, the same on every rank, for bits: 'tree'";
      throw new ValueError('fit', 'kernel set', expectation, actual, 'set RETROGRAD_KERNELS=wasm-simd');
    }
  } else if (other >= 0 && communicator.rank === 0) {
    log(
      `rank 0 computes with ${sets[0]} and rank ${other} with ${sets[other]}: runs will not repeat to the bit`,
    );
  }
}
