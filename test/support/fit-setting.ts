/** The models, texts and comparisons of the tests of `fit`. */
import { copy, type NdArray, Random } from '@retrograd/arrays';
import { type Progress, RecurrentModel } from '@retrograd/nn';
import { assertSameBits } from './assert-arrays.js';

export const V = 4;
export const SEED = 61;

export const randomTokens = (n: number, seed = SEED): number[] => {
  const rng = new Random(seed);
  return Array.from({ length: n }, () => rng.integer(V));
};

export const makeModel = (cell: 'rnn' | 'lstm' | 'gru' = 'gru', hiddenSize = 6): RecurrentModel =>
  new RecurrentModel({ cell, inputSize: V, hiddenSize }, { seed: SEED });

export const collect = async (steps: AsyncIterable<Progress>): Promise<Progress[]> => {
  const all: Progress[] = [];
  for await (const progress of steps) all.push(progress);
  return all;
};

export const snapshot = (model: RecurrentModel): NdArray[] => model.parameters().map((p) => copy(p.value));
export const sameWeights = (model: RecurrentModel, expected: readonly NdArray[], label: string): void =>
  model.parameters().forEach((p, i) => assertSameBits(p.value, expected[i], `${label}: parameter ${i}`));
