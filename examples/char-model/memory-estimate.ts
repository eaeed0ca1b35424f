import { totalmem } from 'node:os';
import type { RecurrentModelConfig } from '@retrograd/nn';
import { UserError } from './user-error.js';

const GATES = { rnn: 1, lstm: 4, gru: 3 };

/** Weights, gradients, and the two averages of Adam. */
const COPIES_OF_WEIGHTS = 4;

type Sizes = Pick<
  Required<RecurrentModelConfig>,
  'cell' | 'inputSize' | 'hiddenSize' | 'layers' | 'embeddingSize' | 'dtype'
>;

/**
 * Roughly the bytes that training needs. For every character of a batch a layer keeps its gates, their
 * gradients and a few states; after the head come the logits, their softmax and their gradients.
 */
export function estimateBytes(sizes: Sizes, batch: { batch: number; seqLength: number }): number {
  const { cell, inputSize: V, hiddenSize: H, layers, embeddingSize: E, dtype } = sizes;
  const I = E === 0 ? V : E;
  const G = GATES[cell];
  const weights = G * H * (H + I + (layers - 1) * 2 * H) + H * V + V * E;
  const perCharacter = layers * (2 * G + 6) * H + 2 * I + 4 * V;
  const bytes = dtype === 'float32' ? 4 : 8;
  return bytes * (COPIES_OF_WEIGHTS * weights + batch.batch * batch.seqLength * perCharacter);
}

/** The memory that this process may use. */
export function availableBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * @throws UserError when the training cannot fit; the system would kill the program later without a message
 */
export function checkMemory(needed: number, available: number): void {
  if (needed <= available) return;
  const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new UserError(
    `the model and its training must fit into ${gigabytes(available)} of memory, ` +
      `got about ${gigabytes(needed)}; ` +
      'lower --hidden, --layers, --batch or --seq-length',
  );
}
