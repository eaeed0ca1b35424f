import { dense, StateError } from '@retrograd/arrays';
import type { Tensor } from '@retrograd/autograd';
import type { Communicator } from './communicator.js';

/**
 * Makes sure that all processes have the same parameters, to the last bit.
 * @throws StateError, on all of them, when one has others than process 0
 */
export async function checkReplicas(
  communicator: Communicator,
  parameters: readonly Tensor[],
  step: number,
): Promise<void> {
  const { rank, size } = communicator;
  // Zeros everywhere but in its own place, so that the sum is a list of all.
  const hashes = new Float64Array(new ArrayBuffer(16 * size));
  hashes.set(hashOf(parameters), 2 * rank);
  await communicator.allReduce([hashes]);
  const others = Array.from({ length: size }, (_, r) => r).filter(
    (r) => hashes[2 * r] !== hashes[0] || hashes[2 * r + 1] !== hashes[1],
  );
  if (others.length === 0) return;
  const names = others.length === 1 ? `rank ${others[0]}` : `ranks ${others.join(', ')}`;
  const remedy = 'change parameters on all ranks alike, or on none';
  throw new StateError(
    'fit',
    `parameters after step ${step}`,
    'those of rank 0 on every rank',
    `others on ${names}`,
    remedy,
  );
}

/** 64 bits, as two numbers, that differ when a bit of a parameter does. */
export function hashOf(parameters: readonly Tensor[]): [high: number, low: number] {
  let high = 0x2545f491;
  let low = 0x811c9dc5;
  for (const { value } of parameters) {
    const { data } = dense(value);
    // Whole words: floats are of 4 or 8 bytes.
    const words = new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4);
    for (let i = 0; i < words.length; i++) {
      low = Math.imul(low ^ words[i], 0x01000193);
      high = Math.imul(high ^ words[i] ^ (low >>> 17), 0x9e3779b1);
    }
  }
  return [high >>> 0, low >>> 0];
}
