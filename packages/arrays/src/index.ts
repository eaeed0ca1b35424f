export {
  type Dtype,
  DtypeError,
  type FloatData,
  GraphError,
  MemoryError,
  RetrogradError,
  ShapeError,
  StateError,
  ThreadError,
  ValueError,
} from '@retrograd/kernels';
export { formatShape } from '@retrograd/kernels/internal';
export { addInto } from './accumulate.js';
export { add, div, mul, sub } from './arithmetic.js';
export {
  array,
  cast,
  copy,
  dense,
  dtypeOf,
  full,
  ones,
  resultType,
  toNested,
  zeros,
} from './array.js';
export { broadcastTo } from './broadcast.js';
export { isNdArray } from './checks.js';
export { equal, greater, maximum, pow } from './compare.js';
export { concat, stack } from './concat.js';
export { gather, scatterAdd, take } from './gather.js';
export { type GlorotOptions, glorotUniform } from './glorot.js';
export { affine, matmul } from './matmul.js';
export { defaultRandom, manualSeed, Random, type RandomOptions } from './random.js';
export { randomNormal, randomUniform } from './random-arrays.js';
export { type Axes, argmax, max } from './reduce.js';
export { reshape, transpose } from './reshape.js';
export { type Range, slice } from './slice.js';
export { logSoftmax, logsumexp, softmax } from './softmax.js';
export { view, wrap } from './storage.js';
export { assign } from './strided.js';
export { mean, sum } from './sum.js';
export type { DtypeOption, IndexArray, IndexData, NdArray, NestedList } from './types.js';
export { abs, exp, log, neg, relu, sigmoid, sign, sqrt, tanh } from './unary.js';
export { where } from './where.js';
