/** Every wrong call is refused with the right class and a message that names function, argument, expectation and what came. */
import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { throws } from '../support/throws.js';

const x = k.zeros([2, 3]);
const bytes = k.wrap(new Uint8Array(6), [2, 3]);
const short = k.view(new Float64Array(5), [2, 3], [3, 1], 0);
/** A value of a type that the compiler would have refused. */
const wrong = <T>(value: unknown) => value as T;
type Arr = k.NdArray;

type ErrorClass = new (...args: never[]) => k.RetrogradError;

const TABLE: [ErrorClass, string, () => unknown][] = [
  // Not an array, not of floats, or reaching outside its data.
  [k.DtypeError, 'add: a must be an ndarray, got a list of 2', () => k.add(wrong<Arr>([1, 2]), x)],
  [k.DtypeError, 'add: b must be an ndarray, got 3', () => k.add(x, wrong<Arr>(3))],
  [k.DtypeError, 'mul: b must be an ndarray, got undefined', () => k.mul(x, wrong<Arr>(undefined))],
  [k.DtypeError, 'neg: x must be an ndarray, got null', () => k.neg(wrong<Arr>(null))],
  [
    k.DtypeError,
    'exp: x must be an ndarray of float32 or float64, got one of uint8',
    () => k.exp(wrong<Arr>(bytes)),
  ],
  [
    k.DtypeError,
    'tanh: x must be an ndarray, got a Float64Array',
    () => k.tanh(wrong<Arr>(new Float64Array(2))),
  ],
  [k.DtypeError, "sum: x must be an ndarray, got 'text'", () => k.sum(wrong<Arr>('text'))],
  [k.DtypeError, 'matmul: a must be an ndarray, got an object', () => k.matmul(wrong<Arr>({}), x)],
  [
    k.ShapeError,
    'add: b must be a view inside its data, got entries 0 to 5 of 5 in shape [2, 3]',
    () => k.add(x, short),
  ],
  [
    k.ShapeError,
    'copy: x must be a view inside its data, got entries -1 to 1 of 9 in shape [3]',
    () => k.copy(k.view(new Float64Array(9), [3], [-1], 1)),
  ],
  [k.DtypeError, 'where: condition must be an ndarray, got true', () => k.where(wrong<Arr>(true), x, x)],
  [k.DtypeError, 'toNested: x must be an ndarray, got a list of 1', () => k.toNested(wrong<Arr>([1]))],
  // Creation.
  [
    k.ShapeError,
    'array: source must be evenly nested: a list of 2 at depth 1, got a list of 1',
    () => k.array([[1, 2], [3]]),
  ],
  [
    k.ShapeError,
    'array: source must be evenly nested: a number at depth 1, got a list of 1',
    () => k.array([1, [2]]),
  ],
  [
    k.ShapeError,
    'array: source must be evenly nested: a list of 1 at depth 1, got 2',
    () => k.array([[1], 2]),
  ],
  [
    k.DtypeError,
    "array: source must be numbers or lists of numbers, got '7'",
    () => k.array(wrong<number[]>(['7'])),
  ],
  [
    k.DtypeError,
    'array: source must be numbers or lists of numbers, got undefined',
    () => k.array(new Array<number>(2)),
  ],
  [
    k.DtypeError,
    'array: source must be numbers or lists of numbers, got null',
    () => k.array(wrong<number>(null)),
  ],
  [
    k.ShapeError,
    'array: shape must be of 3 entries, got [2, 2]',
    () => k.array([1, 2, 3], { shape: [2, 2] }),
  ],
  [
    k.DtypeError,
    "array: dtype must be 'float32' or 'float64', got 'int8'",
    () => k.array([1], { dtype: wrong('int8') }),
  ],
  [
    k.DtypeError,
    "zeros: dtype must be 'float32' or 'float64', got 'float16'",
    () => k.zeros([1], { dtype: wrong('float16') }),
  ],
  [
    k.DtypeError,
    "cast: dtype must be 'float32' or 'float64', got undefined",
    () => k.cast(x, wrong(undefined)),
  ],
  [k.ValueError, 'zeros: shape must be a list of integers >= 0, got [2, -1]', () => k.zeros([2, -1])],
  [k.ValueError, 'ones: shape must be a list of integers >= 0, got [2.5]', () => k.ones([2.5])],
  [k.ValueError, 'full: shape must be a list of integers >= 0, got 3', () => k.full(wrong<number[]>(3), 1)],
  [
    k.ValueError,
    'randomNormal: shape must be a list of integers >= 0, got [NaN]',
    () => k.randomNormal([Number.NaN]),
  ],
  [
    k.ValueError,
    'randomNormal: std must be a finite number >= 0, got -1',
    () => k.randomNormal([1], { std: -1 }),
  ],
  [
    k.ValueError,
    'randomNormal: mean must be a finite number, got Infinity',
    () => k.randomNormal([1], { mean: Infinity }),
  ],
  [
    k.ValueError,
    'randomUniform: high must be at least low (1), got 0',
    () => k.randomUniform([1], { low: 1, high: 0 }),
  ],
  [
    k.ValueError,
    'randomUniform: low must be a finite number, got NaN',
    () => k.randomUniform([1], { low: Number.NaN }),
  ],
  // Random.
  [k.ValueError, 'Random: seed must be a safe integer, got 1.5', () => new k.Random(1.5)],
  [k.ValueError, 'Random: seed must be a safe integer, got NaN', () => k.manualSeed(Number.NaN)],
  [k.ValueError, 'Random: seed must be a safe integer, got 9007199254740992', () => new k.Random(2 ** 53)],
  [
    k.ValueError,
    "Random: seed must be a safe integer, got '1'",
    () => k.randomNormal([1], { seed: wrong('1') }),
  ],
  [k.ValueError, 'Random.integer: n must be a positive integer, got 0', () => new k.Random(1).integer(0)],
  [k.ValueError, 'Random.integer: n must be a positive integer, got 2.5', () => new k.Random(1).integer(2.5)],
  [
    k.ValueError,
    'Random.fromState: state must be what getState returned, got [1, 2, 3]',
    () => k.Random.fromState([1, 2, 3]),
  ],
  [
    k.ValueError,
    'Random.fromState: state must be what getState returned, got [0, 0, 0, 0]',
    () => k.Random.fromState([0, 0, 0, 0]),
  ],
  [
    k.ValueError,
    'Random.fromState: state must be what getState returned, got [1, 2, 3, 4294967296]',
    () => k.Random.fromState([1, 2, 3, 2 ** 32]),
  ],
  [
    k.ValueError,
    'Random.fromState: state must be what getState returned, got [1, 2, 3, 4, NaN]',
    () => k.Random.fromState([1, 2, 3, 4, Number.NaN]),
  ],
  [
    k.ValueError,
    'Random.fromState: state must be what getState returned, got null',
    () => k.Random.fromState(wrong<number[]>(null)),
  ],
  // The checks themselves, as other packages use them.
  [k.ShapeError, 'f: x must be [batch, 4], got [2, 3]', () => k.checkArray('f', 'x', x, ['batch', 4])],
  [k.ShapeError, 'f: x must be [any, 3, 1], got [2, 3]', () => k.checkArray('f', 'x', x, [null, 3, 1])],
  [
    k.ShapeError,
    'f: W must be [7, 3] (hidden 4 + input 3), got [2, 3]',
    () => k.checkArray('f', 'W', x, [7, 3], 'hidden 4 + input 3'),
  ],
  [
    k.ShapeError,
    'f: W must be [7, 3] (late), got [2, 3]',
    () => k.checkArray('f', 'W', x, [7, 3], () => 'late'),
  ],
  [k.ValueError, 'f: n must be a positive integer, got 0', () => k.checkPositiveInteger('f', 'n', 0)],
  [k.ValueError, 'f: n must be an integer >= 2, got 1', () => k.checkInteger('f', 'n', 1, 2)],
  [
    k.ValueError,
    "f: n must be an integer >= 0, got '2'",
    () => k.checkInteger('f', 'n', wrong<number>('2'), 0),
  ],
  [k.ValueError, 'f: n must be a finite number, got NaN', () => k.checkFinite('f', 'n', Number.NaN)],
  [k.ValueError, 'f: n must be a finite number > 0, got 0', () => k.checkPositive('f', 'n', 0)],
  [k.ValueError, 'f: n must be a finite number >= 0, got -0.5', () => k.checkNonNegative('f', 'n', -0.5)],
];
for (const [Class, message, call] of TABLE) {
  test(`${Class.name} "${message}"`, () => throws(call, Class, message));
}

test('an error knows the function and the argument, and adds a remedy when there is one', () => {
  const error = new k.StateError(
    'LSTM.backward',
    'caches',
    'those of this layer',
    'none',
    'call forward first',
  );
  assert.is(error.message, 'LSTM.backward: caches must be those of this layer, got none; call forward first');
  assert.is(error.op, 'LSTM.backward');
  assert.is(error.argument, 'caches');
  for (const Class of [k.ShapeError, k.DtypeError, k.ValueError, k.StateError, k.GraphError]) {
    const each = new Class('f', 'x', 'y', 'z');
    assert.ok(each instanceof k.RetrogradError && each instanceof Error);
    assert.is(String(each), `${Class.name}: f: x must be y, got z`);
  }
});

test('describe is short, whatever it is given', () => {
  assert.is(k.describe(-0), '-0');
  assert.is(k.describe('a'.repeat(50)), `'${'a'.repeat(40)}...'`);
  assert.is(k.describe(x), 'an ndarray of shape [2, 3]');
  assert.is(
    k.describe(() => 1),
    'a function',
  );
  assert.is(k.describe(new Map()), 'a Map');
  assert.is(k.describe(Object.create(null)), 'an object');
  assert.is(k.describe(10n), '10');
  assert.is(k.describe(Symbol('s')), 'a Symbol');
});

test('right arguments pass the checks', () => {
  k.checkArray('f', 'x', x, ['batch', 3]);
  k.checkArray('f', 'x', x, [null, null]);
  k.checkArray('f', 'x', k.view(new Float64Array(0), [0, 5], [100, 1], 7));
  k.checkIndexArray('f', 'x', bytes, [2, null]);
  k.checkInteger('f', 'n', 0, 0);
  k.checkPositiveInteger('f', 'n', 1);
  k.checkFinite('f', 'n', -1e300);
  k.checkPositive('f', 'n', 5e-324);
  k.checkNonNegative('f', 'n', 0);
});

test.run();
