import type { FloatData } from '@retrograd/kernels';
import { sigmoidMap, tanhMap } from '@retrograd/kernels/internal';
import { allocate } from './allocate.js';
import { dtypeOf, isDense } from './array.js';
import { checkArray } from './checks.js';
import { sizeOf } from './shape.js';
import { wrap } from './storage.js';
import { copyStrided } from './strided.js';
import type { NdArray } from './types.js';

/**
 * One run of a unary function: out[i] = f(x[i]) for every i; x and out may be the same. One loop for each
 * function, as in binary.ts.
 */
type UnaryLoop = (x: FloatData, out: FloatData) => void;

/** Applies a loop to an array of any strides: a view is copied to the result first and worked on there. */
function unary(op: string, loop: UnaryLoop, x: NdArray): NdArray {
  checkArray(op, 'x', x);
  const data = allocate(dtypeOf(x), sizeOf(x.shape));
  if (isDense(x)) loop(x.data, data);
  else {
    copyStrided(x, data);
    loop(data, data);
  }
  return wrap(data, x.shape);
}

/** -x. */
export function neg(x: NdArray): NdArray {
  return unary('neg', negLoop, x);
}

function negLoop(x: FloatData, out: FloatData): void {
  for (let i = 0; i < out.length; i++) out[i] = -x[i];
}

/** e to the power x. */
export function exp(x: NdArray): NdArray {
  return unary('exp', expLoop, x);
}

function expLoop(x: FloatData, out: FloatData): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.exp(x[i]);
}

/** The natural logarithm: -Infinity at 0, NaN below. */
export function log(x: NdArray): NdArray {
  return unary('log', logLoop, x);
}

function logLoop(x: FloatData, out: FloatData): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.log(x[i]);
}

/** The square root: NaN below 0. */
export function sqrt(x: NdArray): NdArray {
  return unary('sqrt', sqrtLoop, x);
}

function sqrtLoop(x: FloatData, out: FloatData): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]);
}

/** |x|. */
export function abs(x: NdArray): NdArray {
  return unary('abs', absLoop, x);
}

function absLoop(x: FloatData, out: FloatData): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(x[i]);
}

/** -1, 0 or 1; a zero keeps its sign, NaN stays NaN. */
export function sign(x: NdArray): NdArray {
  return unary('sign', signLoop, x);
}

function signLoop(x: FloatData, out: FloatData): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.sign(x[i]);
}

/** max(x, 0); NaN stays NaN. */
export function relu(x: NdArray): NdArray {
  return unary('relu', reluLoop, x);
}

function reluLoop(x: FloatData, out: FloatData): void {
  for (let i = 0; i < out.length; i++) out[i] = x[i] <= 0 ? 0 : x[i];
}

/** 1 / (1 + e^-x), the logistic function; right to the last denormal on both sides, and never an overflow. */
export function sigmoid(x: NdArray): NdArray {
  return unary('sigmoid', sigmoidLoop, x);
}

function sigmoidLoop(x: FloatData, out: FloatData): void {
  sigmoidMap(out.length, x, 0, out, 0);
}

/** The hyperbolic tangent; -0 stays -0. */
export function tanh(x: NdArray): NdArray {
  return unary('tanh', tanhLoop, x);
}

function tanhLoop(x: FloatData, out: FloatData): void {
  tanhMap(out.length, x, 0, out, 0);
}
