import { totalmem } from 'node:os';
import type { Options } from './options.js';
import { UserError } from './user-error.js';

const GATES = { rnn: 1, lstm: 4, gru: 3 };

/** Weights, gradients, and the two averages of Adam. */
const COPIES_OF_WEIGHTS = 4;

/**
 * Roughly the bytes that training needs. For every character of a batch a layer keeps its gates, their gradients and a few states;
 * behind the head stand the logits, their softmax and their gradients.
 */
export function estimateBytes(options: Options, symbols: number): number {
  const { cell, hidden: H, layers, embedding: E, batch, seqLength, dtype } = options;
  const I = E === 0 ? symbols : E;
  const G = GATES[cell];
  const weights = G * H * (H + I + (layers - 1) * 2 * H) + H * symbols + symbols * E;
  const perCharacter = layers * (2 * G + 6) * H + 2 * I + 4 * symbols;
  const bytes = dtype === 'float32' ? 4 : 8;
  return bytes * (COPIES_OF_WEIGHTS * weights + batch * seqLength * perCharacter);
}

/** @throws UserError when the setting cannot fit into this machine, where it would only be killed later on */
export function checkMemory(options: Options, symbols: number): void {
  const needed = estimateBytes(options, symbols);
  const limit = process.constrainedMemory();
  const available = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  if (needed <= available) return;
  const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new UserError(
    `the model and its training must fit into ${gigabytes(available)} of memory, got about ${gigabytes(needed)}; ` +
      'lower --hidden, --layers, --batch or --seq-length',
  );
}
