import { DtypeError, ValueError, wrap } from '@retrograd/arrays';
import { checkPositiveInteger, describe } from '@retrograd/arrays/internal';
import type { BatchSource } from './batch-source.js';

/**
 * One long text as B streams of contiguous text, cut into chunks of T symbols. The target of a symbol is the
 * next one.
 *
 *     tokens  0 1 2 3 4 5 6 7 8 9 10 11 12, B = 2, T = 4:
 *     stream 0   0 1 2 3 | 4 5        targets  1 2 3 4 | 5 6
 *     stream 1   6 7 8 9 | 10 11               7 8 9 10 | 11 12
 *
 * Stream b continues in the next batch, so the state can be carried. The last chunk may be shorter; up to B -
 * 1 symbols at the end of the text are left out.
 * @param tokens integers of at least 0, copied
 * @throws DtypeError when tokens is not a list of numbers, ValueError when one is not an integer >= 0, when
 *         there are fewer than B + 1, or when an option is not a positive integer
 */
export function textBatches(
  tokens: ArrayLike<number>,
  options: { batchSize: number; seqLength: number },
): BatchSource {
  const { batchSize: B, seqLength: T } = options;
  checkPositiveInteger('textBatches', 'batchSize', B);
  checkPositiveInteger('textBatches', 'seqLength', T);
  const text = readTokens(tokens);
  if (text.length < B + 1) {
    throw new ValueError('textBatches', 'tokens', `at least ${B + 1} for ${B} streams`, String(text.length));
  }
  const streamLength = Math.floor((text.length - 1) / B);
  const batch = (position: number) => {
    const start = position * T;
    const n = Math.min(T, streamLength - start);
    const x = new Float64Array(B * n);
    const target = new Float64Array(B * n);
    for (let b = 0; b < B; b++) {
      const from = b * streamLength + start;
      x.set(text.subarray(from, from + n), b * n);
      target.set(text.subarray(from + 1, from + n + 1), b * n);
    }
    return { x: wrap(x, [B, n]), target: wrap(target, [B, n]), count: B * n };
  };
  return { length: Math.ceil(streamLength / T), continues: true, epoch: () => batch };
}

function readTokens(tokens: ArrayLike<number>): Int32Array {
  if (typeof tokens !== 'object' || tokens === null || !Number.isInteger(tokens.length)) {
    throw new DtypeError('textBatches', 'tokens', 'a list of numbers', describe(tokens));
  }
  const text = Int32Array.from(tokens);
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== tokens[i] || text[i] < 0) {
      throw new ValueError('textBatches', `tokens[${i}]`, 'an integer >= 0', describe(tokens[i]));
    }
  }
  return text;
}
