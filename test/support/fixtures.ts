/**
 * Reading the PyTorch fixtures (test/fixtures/*.json, made by make.py there) and comparing numbers with them.
 */
import { isNdArray, type NdArray, wrap } from '@retrograd/arrays';
import { readText } from './read-text.js';

/** JSON has no words for these three. */
const SPECIAL: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

interface StoredArray {
  shape: number[];
  data: (number | string)[];
}

const isStored = (value: object): value is StoredArray => 'shape' in value && 'data' in value;

function toArray({ shape, data }: StoredArray): NdArray {
  return wrap(
    Float64Array.from(data, (v) => (typeof v === 'string' ? SPECIAL[v] : v)),
    shape,
  );
}

/** A copy of `value` in which every stored array, however deep, is an NdArray. */
function revive(value: unknown): unknown {
  if (typeof value === 'string') return SPECIAL[value] ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  if (isStored(value)) return toArray(value);
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, revive(v)]));
}

/** The cases of test/fixtures/<name>.json, arrays as float64 NdArrays. */
export function readFixtures<Case>(name: string): Case[] {
  const { cases } = JSON.parse(readText(`test/fixtures/${name}.json`)) as { cases: unknown[] };
  if (cases.length === 0) throw new Error(`${name}.json holds no case`);
  return cases.map((each) => revive(each) as Case);
}

export interface Tolerance {
  /** Relative to the expected number. */
  rtol?: number;
  atol?: number;
}

/** The promise for float64 at ordinary sizes; most tests are tighter. */
export const ORDINARY: Required<Tolerance> = { rtol: 1e-10, atol: 1e-12 };

type Numbers = NdArray | number | { readonly value: NdArray };

const arrayOf = (x: Numbers): NdArray =>
  typeof x === 'number' ? wrap(Float64Array.of(x), []) : isNdArray(x) ? x : x.value;

/** The multi-index of the element that comes at `position` in row-major order. */
function indexAt(shape: readonly number[], position: number): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = position % shape[axis];
    position = Math.floor(position / shape[axis]);
  }
  return index;
}

/**
 * How many times over its tolerance an element is; 0 when equal, NaN with NaN and infinities with themselves
 * included.
 */
function excess(actual: number, expected: number, rtol: number, atol: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const ratio = Math.abs(actual - expected) / (atol + rtol * Math.abs(expected));
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
}

/**
 * Asserts |actual - expected| <= atol + rtol |expected| in every element, and the same shape. The message
 * names the worst element and both numbers.
 * @param label says what is compared
 */
export function closeTo(actual: Numbers, expected: Numbers, tolerance: Tolerance, label: string): void {
  const a = arrayOf(actual);
  const e = arrayOf(expected);
  const { rtol = 0, atol = 0 } = tolerance;
  if (a.shape.join() !== e.shape.join()) {
    throw new Error(`${label}: shape [${a.shape.join(', ')}], expected [${e.shape.join(', ')}]`);
  }
  let worst = 0;
  let where: number[] = [];
  for (let position = 0; position < e.size; position++) {
    const index = indexAt(e.shape, position);
    const ratio = excess(a.get(...index), e.get(...index), rtol, atol);
    if (ratio > worst) [worst, where] = [ratio, index];
  }
  if (worst <= 1) return;
  const [got, wanted] = [a.get(...where), e.get(...where)];
  throw new Error(
    `${label}: worst at [${where.join(', ')}]: ${got}, expected ${wanted} ` +
      `(off by ${Math.abs(got - wanted)}, ${worst.toPrecision(3)} times the tolerance rtol ${rtol}, atol ${atol})`,
  );
}
