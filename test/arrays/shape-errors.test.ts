/** Arrays whose shapes do not fit, axes that are not there, and indices out of range are refused, each with a message of its own. */
import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import { throws } from '../support/throws.js';

const x = k.zeros([2, 3]);
const ints = (...list: number[]) => k.wrap(Int32Array.from(list), [list.length]);
/** A value of a type that the compiler would have refused. */
const wrong = <T>(value: unknown) => value as T;
type Arr = k.NdArray;

type ErrorClass = new (...args: never[]) => k.RetrogradError;

const TABLE: [ErrorClass, string, () => unknown][] = [
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
];

for (const [Class, message, call] of TABLE) {
  test(`${Class.name} "${message}"`, () => throws(call, Class, message));
}

test.run();
