import type { Matrix, SequenceKernels } from '@retrograd/kernels';
import * as kernelsOf from '@retrograd/kernels/internal';
import { dense } from './array.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

export function toTimeMajor(kernels: SequenceKernels, x: NdArray, to: Matrix): void {
  kernelsOf.toTimeMajor(kernels, dense(x).data, x.shape, to);
}

export function fromTimeMajor(kernels: SequenceKernels, from: Matrix, B: number, T: number): NdArray {
  return wrap(kernelsOf.fromTimeMajor(kernels, from, B, T), [B, T, from.columns]);
}
