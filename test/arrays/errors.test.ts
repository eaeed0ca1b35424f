/** Every wrong call is refused with the right class and a message that names function, argument, expectation and what came. */
import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const x = k.zeros([2, 3]);
const bytes = k.wrap(new Uint8Array(6), [2, 3]);
const short = k.view(new Float64Array(5), [2, 3], [3, 1], 0);
const ints = (...list: number[]) => k.wrap(Int32Array.from(list), [list.length]);
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
  // Shapes that do not meet.
  [
    k.ShapeError,
    'add: shapes must be equal or broadcastable, got [2, 3] and [2]',
    () => k.add(x, k.zeros([2])),
  ],
  [
    k.ShapeError,
    'pow: shapes must be equal or broadcastable, got [0] and [2, 3]',
    () => k.pow(k.zeros([0]), x),
  ],
  [
    k.ShapeError,
    'where: shapes must be equal or broadcastable, got [3] and [2]',
    () => k.where(x, k.ones([3]), k.ones([2])),
  ],
  [
    k.ShapeError,
    'where: shapes must be equal or broadcastable, got [2, 3] and [2]',
    () => k.where(x, k.ones([2]), k.ones([2])),
  ],
  [k.ShapeError, 'broadcastTo: x must be broadcastable to [3], got [2, 3]', () => k.broadcastTo(x, [3])],
  [
    k.ShapeError,
    'broadcastTo: x must be broadcastable to [4, 3], got [2, 3]',
    () => k.broadcastTo(x, [4, 3]),
  ],
  [k.ShapeError, 'matmul: b must be [3, N], got [2, 3]', () => k.matmul(x, x)],
  [k.ShapeError, 'matmul: a must be [..., M, K] (two axes or more), got [3]', () => k.matmul(k.ones([3]), x)],
  [k.ShapeError, 'matmul: b must be [..., K, N] (two axes or more), got []', () => k.matmul(x, k.array(1))],
  [
    k.ShapeError,
    'matmul: shapes must be equal or broadcastable, got [2] and [3]',
    () => k.matmul(k.ones([2, 1, 1]), k.ones([3, 1, 1])),
  ],
  [k.ShapeError, 'sumTo: shape must be broadcastable to [2, 3], got [2]', () => k.sumTo(x, [2])],
  [k.ShapeError, 'sumTo: shape must be broadcastable to [2, 3], got [1, 2, 3]', () => k.sumTo(x, [1, 2, 3])],
  // Axes.
  [k.ValueError, 'sum: axis must be an integer from -2 to 1, got 2', () => k.sum(x, 2)],
  [k.ValueError, 'mean: axis must be an integer from -2 to 1, got -3', () => k.mean(x, [-3])],
  [k.ValueError, 'max: axis must be an integer from -2 to 1, got 0.5', () => k.max(x, 0.5)],
  [k.ValueError, 'sum: axes must be different axes, got [0, -2]', () => k.sum(x, [0, -2])],
  [
    k.ValueError,
    'argmax: axis must be left out for an array without axes, got -1',
    () => k.argmax(k.array(1)),
  ],
  [k.ValueError, 'softmax: axis must be an integer from -2 to 1, got NaN', () => k.softmax(x, Number.NaN)],
  [k.ValueError, 'concat: axis must be an integer from -2 to 1, got 2', () => k.concat([x], 2)],
  [k.ValueError, 'stack: axis must be an integer from -3 to 2, got 3', () => k.stack([x], 3)],
  // Nothing to reduce.
  [
    k.ShapeError,
    'mean: x must be without an empty axis to reduce, got [0, 3]',
    () => k.mean(k.zeros([0, 3]), 0),
  ],
  [k.ShapeError, 'mean: x must be without an empty axis to reduce, got [0]', () => k.mean(k.zeros([0]))],
  [
    k.ShapeError,
    'max: x must be without an empty axis to reduce, got [3, 0]',
    () => k.max(k.zeros([3, 0]), 1),
  ],
  [
    k.ShapeError,
    'argmax: x must be without an empty axis to reduce, got [3, 0]',
    () => k.argmax(k.zeros([3, 0])),
  ],
  [
    k.ShapeError,
    'softmax: x must be an array with entries along axis 1, got [2, 0]',
    () => k.softmax(k.zeros([2, 0])),
  ],
  [
    k.ShapeError,
    'logSoftmax: x must be an array with entries along axis 0, got [0]',
    () => k.logSoftmax(k.zeros([0])),
  ],
  [
    k.ShapeError,
    'logsumexp: x must be an array with entries along axis 1, got [2, 0]',
    () => k.logsumexp(k.zeros([2, 0])),
  ],
  // Moves.
  [k.ShapeError, 'reshape: shape must be of the 6 entries of [2, 3], got [4]', () => k.reshape(x, [4])],
  [
    k.ShapeError,
    'reshape: shape must be of the 6 entries of [2, 3], got [-1, -1]',
    () => k.reshape(x, [-1, -1]),
  ],
  [
    k.ShapeError,
    'reshape: shape must be of the 6 entries of [2, 3], got [4, -1]',
    () => k.reshape(x, [4, -1]),
  ],
  [
    k.ShapeError,
    'reshape: shape must be of the 6 entries of [2, 3], got [-2, -3]',
    () => k.reshape(x, [-2, -3]),
  ],
  [
    k.ShapeError,
    'reshape: shape must be of the 0 entries of [0], got [0, -1]',
    () => k.reshape(k.zeros([0]), [0, -1]),
  ],
  [k.ValueError, 'transpose: axes must be an order of the 2 axes, got [0]', () => k.transpose(x, [0])],
  [k.ValueError, 'transpose: axes must be an order of the 2 axes, got [0, 0]', () => k.transpose(x, [0, 0])],
  [k.ValueError, 'transpose: axis must be an integer from -2 to 1, got 5', () => k.transpose(x, [0, 5])],
  [
    k.ValueError,
    'slice: step of axis 1 must be an integer other than 0, got 0',
    () => k.slice(x, [null, [0, 1, 0]]),
  ],
  [k.ValueError, 'slice: range of axis 0 must be made of integers, got 0.5', () => k.slice(x, [[0.5]])],
  [
    k.ValueError,
    'slice: ranges must be at most 2 for shape [2, 3], got 3',
    () => k.slice(x, [null, null, null]),
  ],
  [k.ShapeError, 'unslice: x must be [2, 1], got [2, 3]', () => k.unslice(x, [2, 3], [null, [0, 1]])],
  [k.ValueError, 'concat: xs must be a list of at least one array, got an empty list', () => k.concat([])],
  [
    k.ValueError,
    'stack: xs must be a list of at least one array, got an ndarray of shape [2, 3]',
    () => k.stack(wrong<Arr[]>(x)),
  ],
  [k.ShapeError, 'concat: xs[1] must be [any, 3], got [2, 2]', () => k.concat([x, k.zeros([2, 2])])],
  [k.ShapeError, 'concat: xs[1] must be [2, any], got [3]', () => k.concat([x, k.zeros([3])], 1)],
  [k.ShapeError, 'stack: xs[1] must be [2, 3], got [3, 2]', () => k.stack([x, k.zeros([3, 2])])],
  [k.DtypeError, 'stack: xs[1] must be an ndarray, got 1', () => k.stack([x, wrong<Arr>(1)])],
  // Indices.
  [k.ValueError, 'take: indices must be integers from 0 to 1, got 2', () => k.take(x, ints(0, 2))],
  [k.ValueError, 'take: indices must be integers from 0 to 2, got -1', () => k.take(x, ints(-1), 1)],
  [k.ValueError, 'take: indices must be integers from 0 to 1, got 0.5', () => k.take(x, k.array([0.5]))],
  [
    k.ValueError,
    'take: indices must be integers from 0 to 1, got NaN',
    () => k.take(x, k.array([Number.NaN])),
  ],
  [k.ValueError, 'take: indices must be empty, as the axis is, got 0', () => k.take(k.zeros([0]), ints(0))],
  [
    k.DtypeError,
    'take: indices must be an ndarray, got a list of 1',
    () => k.take(x, wrong<k.IndexArray>([0])),
  ],
  [k.ShapeError, 'addAt: x must be [2, 3], got [2, 2]', () => k.addAt([4, 3], ints(0, 1), k.zeros([2, 2]))],
  [k.ValueError, 'addAt: indices must be integers from 0 to 3, got 4', () => k.addAt([4, 3], ints(0, 4), x)],
  [
    k.ValueError,
    'gather: index must be integers from 0 to 2, got 3',
    () => k.gather(x, 1, k.array([[3], [0]])),
  ],
  [k.ShapeError, 'gather: index must be [<= 2, any], got [2]', () => k.gather(x, 1, ints(0, 1))],
  [k.ShapeError, 'gather: index must be [any, <= 3], got [1, 4]', () => k.gather(x, 0, k.zeros([1, 4]))],
  [
    k.ShapeError,
    'scatterAdd: x must be [2, 1], got [2, 3]',
    () => k.scatterAdd([2, 3], 1, k.zeros([2, 1]), x),
  ],
  [
    k.ValueError,
    'scatterAdd: index must be integers from 0 to 2, got 7',
    () => k.scatterAdd([2, 3], 1, k.full([2, 1], 7), x),
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
  test(`${Class.name} "${message}"`, () => {
    try {
      call();
    } catch (error) {
      assert.instance(error, Class);
      assert.is((error as Error).message, message);
      assert.is((error as Error).name, Class.name);
      return;
    }
    assert.unreachable('the call was not refused');
  });
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
