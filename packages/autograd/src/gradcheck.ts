import {
  DtypeError,
  dense,
  type FloatData,
  GraphError,
  type NdArray,
  Random,
  RetrogradError,
  randomNormal,
  ValueError,
  zeros,
} from '@retrograd/arrays';
import { describe, formatShape, isDense } from '@retrograd/arrays/internal';
import { centralDifference, type Direction } from './central-difference.js';
import { grad } from './grad.js';
import { parameter } from './leaves.js';
import { concat } from './ops/concat.js';
import { reshape } from './ops/reshape.js';
import { Tensor } from './tensor.js';

export interface GradCheckOptions {
  /** Step of the central differences, times the size of the entry where that is above 1. Default 1e-6. */
  eps?: number;
  /** Allowed difference in proportion to the derivative. Default 1e-5. */
  rtol?: number;
  /** Allowed difference besides, in proportion to the largest result where that is above 1. Default 1e-8. */
  atol?: number;
  /** With at most so many entries in all inputs together, every entry is checked by itself. Default 500. */
  maxElements?: number;
  /** With more entries, so many random directions are checked for each input. Default 20. */
  directions?: number;
  /** Seed of the cotangent and the directions. Default 0. */
  seed?: number;
  /** 2 checks the second derivatives too: the gradients of the gradients. Default 1. */
  order?: 1 | 2;
}

/** One derivative that was checked. */
export interface GradCheckPoint {
  /** Which input. */
  input: number;
  /** Which entry of it; null for a random direction. */
  index: number[] | null;
  /** The derivative by the graph. */
  analytic: number;
  /** The derivative by central differences. */
  numeric: number;
  /** |analytic - numeric| / max(1, |analytic|, |numeric|). */
  error: number;
}

export interface GradCheckReport {
  ok: true;
  /** How many derivatives were compared. */
  checked: number;
  /** The largest error among them. */
  maxError: number;
  /** Where it was; null when there was nothing to check. */
  worst: GradCheckPoint | null;
}

/** A gradient does not agree with central differences. */
export class GradCheckError extends RetrogradError {
  override readonly name = 'GradCheckError';
  readonly point: GradCheckPoint;

  constructor(point: GradCheckPoint) {
    const { input, index, analytic, numeric } = point;
    const place = index === null ? 'along a random direction' : `at ${formatShape(index)}`;
    const expectation = `${numeric} as by central differences`;
    super('gradCheck', `the gradient of input ${input} ${place}`, expectation, String(analytic));
    this.point = point;
  }
}

type TensorFunction = (...inputs: Tensor[]) => Tensor;

/**
 * Compares the gradients of `fn` with central differences, the judge that knows no derivative rule:
 *
 *     gradCheck((x, W) => tanh(matmul(x, W)), [randomNormal([2, 3]), randomNormal([3, 4])]);
 *
 * The result of `fn` may have any shape: it is weighted with random numbers (a random cotangent) and summed,
 * so that one check covers all its entries. A rule that is off by 0.1 % fails.
 *
 * @param fn     tensors to a tensor; the same result at every call (give dropout a seed)
 * @param inputs float64 arrays, or leaves that require grad. Such a leaf is used itself, moved by eps for a
 *               moment and restored to the bit, so `fn` may also reach it by closure, as a layer does with
 *               its weights
 * @returns a report with the largest error, when every derivative agrees
 * @throws GradCheckError naming input, entry and both numbers, when one does not
 * @throws DtypeError for float32, whose rounding would drown the differences
 * @throws GraphError when fn does not return a tensor, ValueError when it returns different ones
 */
export function gradCheck(
  fn: TensorFunction,
  inputs: readonly (Tensor | NdArray | number)[],
  options: GradCheckOptions = {},
): GradCheckReport {
  const { order = 1, seed = 0, eps = 1e-6, maxElements = 500, directions = 20 } = options;
  const leaves = inputs.map(leafOf);
  const rng = new Random(seed);
  const y = fn(...leaves);
  if (!(y instanceof Tensor)) throw new GraphError('gradCheck', 'fn', 'a function to a tensor', describe(y));
  const results = dense(y.value).data.slice();
  const evaluate = (): FloatData => dense(fn(...leaves).value).data;
  const again = evaluate();
  if (results.some((value, i) => !Object.is(value, again[i]))) {
    throw new ValueError(
      'gradCheck',
      'fn',
      'the same function at every call',
      'different results',
      'seed it',
    );
  }
  const cotangent = randomNormal(y.shape, { rng });
  // The second order also takes the way that can be differentiated again: a lifted op's composed twin.
  const ways = order === 1 ? [false] : [false, true];
  const gradients = ways.map((createGraph) => gradientsOf(y, leaves, cotangent, createGraph));
  const report: GradCheckReport = { ok: true, checked: 0, maxError: 0, worst: null };
  const allowed = tolerance(results, options);
  const compare = (input: number, index: number[] | null, analytic: number, numeric: number): void => {
    const difference = Math.abs(analytic - numeric);
    const size = Math.max(Math.abs(analytic), Math.abs(numeric));
    const point = { input, index, analytic, numeric, error: difference / Math.max(1, size) };
    if (!(difference <= allowed(size))) throw new GradCheckError(point);
    report.checked++;
    if (report.worst !== null && point.error <= report.maxError) return;
    report.maxError = point.error;
    report.worst = point;
  };
  const few = leaves.reduce((n, leaf) => n + leaf.size, 0) <= maxElements;
  leaves.forEach((leaf, input) => {
    for (let i = 0; i < (few ? leaf.size : directions); i++) {
      const direction = few ? { at: i } : { along: randomNormal([leaf.size], { rng }).data };
      const numeric = centralDifference(evaluate, leaf.value, direction, cotangent.data, eps);
      const index = few ? indexOf(i, leaf.shape) : null;
      for (const each of gradients) compare(input, index, project(each[input].data, direction), numeric);
    }
  });
  if (order === 1) return report;
  const second = gradCheck(gradientOf(fn, leaves.length), [...leaves, parameter(cotangent)], {
    ...options,
    seed: seed + 1,
    order: 1,
  });
  const worse = second.maxError > report.maxError ? second : report;
  return { ...worse, checked: report.checked + second.checked };
}

function leafOf(input: Tensor | NdArray | number, i: number): Tensor {
  const given = input instanceof Tensor ? input : null;
  const usable = given?.requiresGrad && given.call === null && isDense(given.value);
  const leaf = usable ? given : parameter(given?.value ?? (input as NdArray | number));
  if (leaf.dtype !== 'float64') throw new DtypeError('gradCheck', `inputs[${i}]`, 'float64', leaf.dtype);
  return leaf;
}

/** A function that lost its graph on the way counts as one with zero gradients: the differences will tell. */
function gradientsOf(y: Tensor, leaves: Tensor[], cotangent: NdArray, createGraph: boolean): NdArray[] {
  if (!y.requiresGrad) return leaves.map((leaf) => zeros(leaf.shape));
  return grad(y, leaves, { cotangent, createGraph }).map((gradient) => dense(gradient.value));
}

/** x, …, cotangent ↦ all the gradients of fn one after another, as one list. */
function gradientOf(fn: TensorFunction, n: number): TensorFunction {
  return (...given) => {
    const xs = given.slice(0, n);
    const gradients = grad(fn(...xs), xs, { cotangent: given[n], createGraph: true });
    return concat(gradients.map((each) => reshape(each, [-1])));
  };
}

/** The difference that rounding explains: in proportion to the derivative and to what was subtracted. */
function tolerance(results: FloatData, options: GradCheckOptions): (size: number) => number {
  const { rtol = 1e-5, atol = 1e-8 } = options;
  let largest = 1;
  for (const result of results) largest = Math.max(largest, Math.abs(result));
  return (size) => atol * largest + rtol * size;
}

function project(gradient: FloatData, direction: Direction): number {
  if ('at' in direction) return gradient[direction.at];
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i] * direction.along[i];
  return sum;
}

/** The indices of the i-th entry in C order. */
function indexOf(i: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = i % shape[axis];
    i = Math.floor(i / shape[axis]);
  }
  return index;
}
