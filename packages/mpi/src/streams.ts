import { Random } from '@retrograd/arrays';
import type { Module } from '@retrograd/nn';

type States = Readonly<Record<string, readonly number[]>>;

/**
 * Runs something with generators in the model that depend on the step and the part of the batch alone: parts
 * draw other numbers than each other, and a training that is resumed draws those of one that went on.
 * Afterwards the generators are as at the start.
 */
export function withStream<T>(model: Module, start: States, step: number, part: number, run: () => T): T {
  const states = Object.entries(start).map(([name, state]) => [name, streamOf(state, step, part)] as const);
  if (states.length === 0) return run();
  model.loadGeneratorStates(Object.fromEntries(states));
  try {
    return run();
  } finally {
    model.loadGeneratorStates(start);
  }
}

function streamOf(start: readonly number[], step: number, part: number): number[] {
  const words = [...new Int32Array(new Float64Array([...start, step, part]).buffer)];
  const [low, high] = [hash(words, 0x811c9dc5), hash(words, 0x2545f491)];
  return new Random((high >>> 11) * 2 ** 32 + (low >>> 0)).getState();
}

/** FNV-1a over words, with the finaliser of MurmurHash3 (Appleby). */
function hash(words: readonly number[], basis: number): number {
  let h = basis;
  for (const word of words) h = Math.imul(h ^ word ^ (h >>> 15), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
