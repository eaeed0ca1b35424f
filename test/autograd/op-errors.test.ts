/** Wrong calls of every op: the class and the whole message of what is thrown. */

import { array, DtypeError, ShapeError, ValueError, view, wrap, zeros } from '@retrograd/arrays';
import * as autograd from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OP_CASES } from '../support/op-cases.js';
import { throws } from '../support/throws.js';

const ag = { ...autograd };
const x = ag.parameter(zeros([2, 3]));
const y = ag.parameter(zeros([4, 5]));
const v = ag.parameter(zeros([3]));
const s = ag.parameter(1);
/** What TypeScript would not let pass. */
const wrong = (value: unknown): never => value as never;

type Row = [
  type: typeof DtypeError | typeof ShapeError | typeof ValueError,
  message: string,
  call: () => unknown,
];
const TABLE: Row[] = [];

const unary = ['neg', 'exp', 'log', 'sqrt', 'abs', 'sigmoid', 'tanh', 'relu'] as const;
const reductions = ['sum', 'mean', 'max'] as const;
const alongAxis = ['softmax', 'logSoftmax', 'logsumexp'] as const;
const binary = { add: 'ab', sub: 'ab', mul: 'ab', div: 'ab', pow: 'xp', maximum: 'ab' } as const;

const operand = 'a tensor, an ndarray or a number';
for (const op of [...unary, ...reductions, ...alongAxis, 'transpose', 'unstack'] as const) {
  TABLE.push(
    [DtypeError, `${op}: x must be ${operand}, got undefined`, () => ag[op](wrong(undefined))],
    [DtypeError, `${op}: x must be ${operand}, got a list of 2`, () => ag[op](wrong([1, 2]))],
    [
      DtypeError,
      `${op}: x must be an ndarray of float32 or float64, got one of int32`,
      () => ag[op](wrong(wrap(Int32Array.of(1), [1]))),
    ],
  );
}
for (const [op, [first, second]] of Object.entries(binary) as [keyof typeof binary, string][]) {
  TABLE.push(
    [DtypeError, `${op}: ${first} must be ${operand}, got '2'`, () => ag[op](wrong('2'), x)],
    [DtypeError, `${op}: ${second} must be ${operand}, got null`, () => ag[op](x, wrong(null))],
    [ShapeError, `${op}: shapes must be equal or broadcastable, got [2, 3] and [4, 5]`, () => ag[op](x, y)],
    [
      ShapeError,
      `${op}: ${first} must be a view inside its data, got entries 0 to 3 of 3 in shape [4]`,
      () => ag[op](view(new Float64Array(3), [4], [1], 0), 1),
    ],
  );
}
for (const op of reductions) {
  TABLE.push(
    [ValueError, `${op}: axis must be an integer from -2 to 1, got 2`, () => ag[op](x, 2)],
    [ValueError, `${op}: axis must be an integer from -2 to 1, got -3`, () => ag[op](x, [0, -3])],
    [ValueError, `${op}: axis must be an integer from -2 to 1, got 0.5`, () => ag[op](x, 0.5)],
    [ValueError, `${op}: axis must be left out for an array without axes, got 0`, () => ag[op](s, 0)],
    [ValueError, `${op}: axes must be different axes, got [0, -2]`, () => ag[op](x, [0, -2])],
    [ValueError, `${op}: axes must be an axis or a list of axes, got null`, () => ag[op](x, wrong(null))],
  );
}
for (const op of alongAxis) {
  TABLE.push(
    [ValueError, `${op}: axis must be an integer from -2 to 1, got 2`, () => ag[op](x, 2)],
    [ValueError, `${op}: axis must be left out for an array without axes, got -1`, () => ag[op](s)],
    [
      ShapeError,
      `${op}: x must be an array with entries along axis 1, got [2, 0]`,
      () => ag[op](zeros([2, 0])),
    ],
  );
}
for (const op of ['mean', 'max'] as const) {
  TABLE.push([
    ShapeError,
    `${op}: x must be without an empty axis to reduce, got [2, 0]`,
    () => ag[op](zeros([2, 0]), 1),
  ]);
}

TABLE.push(
  [DtypeError, `where: condition must be an ndarray, got a list of 2`, () => ag.where(wrong([1, 0]), x, x)],
  [DtypeError, `where: a must be ${operand}, got 'x'`, () => ag.where(zeros([1]), wrong('x'), x)],
  [DtypeError, `where: b must be ${operand}, got 'x'`, () => ag.where(zeros([1]), x, wrong('x'))],
  [
    ShapeError,
    'where: shapes must be equal or broadcastable, got [7] and [2, 3]',
    () => ag.where(zeros([7]), x, x),
  ],
  [
    ShapeError,
    'where: shapes must be equal or broadcastable, got [2, 3] and [4, 5]',
    () => ag.where(x, x, y),
  ],

  [DtypeError, `matmul: a must be ${operand}, got 'x'`, () => ag.matmul(wrong('x'), x)],
  [
    DtypeError,
    `matmul: b must be ${operand}, got a function`,
    () =>
      ag.matmul(
        x,
        wrong(() => x),
      ),
  ],
  [ShapeError, 'matmul: b must be [3, N], got [4, 5]', () => ag.matmul(x, y)],
  [ShapeError, 'matmul: b must be [..., 3, N], got [2, 2, 2]', () => ag.matmul(x, zeros([2, 2, 2]))],
  [ShapeError, 'matmul: a must be [..., M, K] (two axes or more), got [3]', () => ag.matmul(v, x)],
  [ShapeError, 'matmul: b must be [..., K, N] (two axes or more), got [3]', () => ag.matmul(x, v)],
  [ShapeError, 'matmul: a must be [..., M, K] (two axes or more), got []', () => ag.matmul(2, x)],
  [
    ShapeError,
    'matmul: shapes must be equal or broadcastable, got [2] and [3]',
    () => ag.matmul(zeros([2, 2, 3]), zeros([3, 3, 2])),
  ],

  [DtypeError, `affine: x must be ${operand}, got 'x'`, () => ag.affine(wrong('x'), x, v)],
  [DtypeError, `affine: b must be ${operand}, got null`, () => ag.affine(x, zeros([3, 5]), wrong(null))],
  [ShapeError, 'affine: x must be [rows, 4], got [2, 3]', () => ag.affine(x, y, zeros([5]))],
  [ShapeError, 'affine: b must be [5], got [4]', () => ag.affine(x, zeros([3, 5]), zeros([4]))],
  [ShapeError, 'affine: x must be [rows, 3], got [3]', () => ag.affine(v, zeros([3, 5]), zeros([5]))],

  [DtypeError, `reshape: x must be ${operand}, got 'x'`, () => ag.reshape(wrong('x'), [1])],
  [ShapeError, 'reshape: shape must be of the 6 entries of [2, 3], got [4]', () => ag.reshape(x, [4])],
  [
    ShapeError,
    'reshape: shape must be of the 6 entries of [2, 3], got [-1, 4]',
    () => ag.reshape(x, [-1, 4]),
  ],
  [
    ShapeError,
    'reshape: shape must be of the 6 entries of [2, 3], got [-1, -1]',
    () => ag.reshape(x, [-1, -1]),
  ],
  [
    ShapeError,
    'reshape: shape must be of the 6 entries of [2, 3], got [-2, -3]',
    () => ag.reshape(x, [-2, -3]),
  ],
  [ValueError, 'reshape: shape must be a list of integers, got 6', () => ag.reshape(x, wrong(6))],

  [ValueError, 'transpose: axes must be an order of the 2 axes, got [0]', () => ag.transpose(x, [0])],
  [ValueError, 'transpose: axes must be an order of the 2 axes, got [1, -1]', () => ag.transpose(x, [1, -1])],
  [ValueError, 'transpose: axis must be an integer from -2 to 1, got 2', () => ag.transpose(x, [0, 2])],

  [DtypeError, `slice: x must be ${operand}, got 'x'`, () => ag.slice(wrong('x'), [])],
  [
    ValueError,
    'slice: ranges must be at most 2 for shape [2, 3], got 3',
    () => ag.slice(x, [null, null, null]),
  ],
  [
    ValueError,
    'slice: step of axis 1 must be an integer other than 0, got 0',
    () => ag.slice(x, [null, [0, 1, 0]]),
  ],
  [ValueError, 'slice: range of axis 0 must be made of integers, got 0.5', () => ag.slice(x, [[0.5]])],
  [ValueError, 'slice: ranges must be a list, got undefined', () => ag.slice(x, wrong(undefined))],
  [
    ValueError,
    'slice: range of axis 0 must be [start, stop, step] or null, got 0',
    () => ag.slice(x, wrong([0, 1])),
  ],

  [DtypeError, `broadcastTo: x must be ${operand}, got 'x'`, () => ag.broadcastTo(wrong('x'), [1])],
  [ShapeError, 'broadcastTo: x must be broadcastable to [3, 2], got [2, 3]', () => ag.broadcastTo(x, [3, 2])],
  [ShapeError, 'broadcastTo: x must be broadcastable to [3], got [2, 3]', () => ag.broadcastTo(x, [3])],
  [
    ValueError,
    'broadcastTo: shape must be a list of integers >= 0, got [-1, 3]',
    () => ag.broadcastTo(x, [-1, 3]),
  ],

  [DtypeError, 'concat: xs must be a list of tensors, got a Tensor', () => ag.concat(wrong(x))],
  [DtypeError, `concat: xs[1] must be ${operand}, got 'x'`, () => ag.concat([x, wrong('x')])],
  [ValueError, 'concat: xs must be a list of at least one array, got an empty list', () => ag.concat([])],
  [ShapeError, 'concat: xs[1] must be [any, 3], got [4, 5]', () => ag.concat([x, y])],
  [ShapeError, 'concat: xs[2] must be [2, any], got [3]', () => ag.concat([x, x, v], -1)],
  [ValueError, 'concat: axis must be an integer from -2 to 1, got 2', () => ag.concat([x, x], 2)],
  [ValueError, 'concat: axis must be left out for an array without axes, got 0', () => ag.concat([s, s])],

  [DtypeError, 'stack: xs must be a list of tensors, got a Tensor', () => ag.stack(wrong(x))],
  [DtypeError, `stack: xs[0] must be ${operand}, got undefined`, () => ag.stack([wrong(undefined)])],
  [ValueError, 'stack: xs must be a list of at least one array, got an empty list', () => ag.stack([])],
  [ShapeError, 'stack: xs[1] must be [2, 3], got [4, 5]', () => ag.stack([x, y])],
  [ValueError, 'stack: axis must be an integer from -3 to 2, got 3', () => ag.stack([x, x], 3)],

  [DtypeError, `split: x must be ${operand}, got 'x'`, () => ag.split(wrong('x'), 1)],
  [ValueError, 'split: parts must be a divisor of 3, got 2', () => ag.split(x, 2, 1)],
  [ValueError, 'split: parts must be a positive integer, got 0', () => ag.split(x, 0)],
  [ValueError, 'split: parts must be sizes that add up to 2, got [1, 2]', () => ag.split(x, [1, 2])],
  [ValueError, 'split: parts must be sizes that add up to 2, got [3, -1]', () => ag.split(x, [3, -1])],
  [ValueError, 'split: parts must be sizes that add up to 2, got [0.5, 1.5]', () => ag.split(x, [0.5, 1.5])],
  [ValueError, 'split: axis must be an integer from -2 to 1, got -3', () => ag.split(x, 1, -3)],
  [
    DtypeError,
    'split: parts must be a number or a list of sizes, got undefined',
    () => ag.split(x, wrong(undefined)),
  ],

  [ValueError, 'unstack: axis must be an integer from -2 to 1, got 2', () => ag.unstack(x, 2)],
  [ValueError, 'unstack: axis must be left out for an array without axes, got 0', () => ag.unstack(s)],

  [DtypeError, `gather: x must be ${operand}, got 'x'`, () => ag.gather(wrong('x'), 1, zeros([1]))],
  [DtypeError, 'gather: index must be an ndarray, got a list of 2', () => ag.gather(x, 1, wrong([0, 1]))],
  [ValueError, 'gather: index must be integers from 0 to 2, got 3', () => ag.gather(x, 1, array([[3]]))],
  [ValueError, 'gather: index must be integers from 0 to 2, got -1', () => ag.gather(x, 1, array([[-1]]))],
  [ValueError, 'gather: index must be integers from 0 to 1, got 0.5', () => ag.gather(x, 0, array([[0.5]]))],
  [ShapeError, 'gather: index must be [<= 2, any], got [1]', () => ag.gather(x, 1, array([0]))],
  [ShapeError, 'gather: index must be [<= 2, any], got [3, 1]', () => ag.gather(x, 1, zeros([3, 1]))],
  [ValueError, 'gather: axis must be an integer from -2 to 1, got 2', () => ag.gather(x, 2, zeros([1, 1]))],

  [DtypeError, `embedding: weight must be ${operand}, got 'x'`, () => ag.embedding(wrong('x'), zeros([1]))],
  [ShapeError, 'embedding: weight must be [classes, size], got [3]', () => ag.embedding(v, zeros([1]))],
  [DtypeError, 'embedding: indices must be an ndarray, got a list of 1', () => ag.embedding(x, wrong([0]))],
  [
    ValueError,
    'embedding: indices must be integers from 0 to 1, got 2 at [1]',
    () => ag.embedding(x, array([0, 2])),
  ],
  [
    ValueError,
    'embedding: indices must be integers from 0 to 1, got 0.5 at [0, 0]',
    () => ag.embedding(x, array([[0.5]])),
  ],

  [
    DtypeError,
    `crossEntropy: logits must be ${operand}, got 'x'`,
    () => ag.crossEntropy(wrong('x'), zeros([2])),
  ],
  [ShapeError, 'crossEntropy: logits must be […, classes], got []', () => ag.crossEntropy(s, array(0))],
  [
    DtypeError,
    'crossEntropy: targets must be an ndarray, got a list of 2',
    () => ag.crossEntropy(x, wrong([0, 1])),
  ],
  [
    DtypeError,
    'crossEntropy: mask must be an ndarray, got true',
    () => ag.crossEntropy(x, zeros([2]), wrong(true)),
  ],
  [ShapeError, 'crossEntropy: targets must be [2], got [3]', () => ag.crossEntropy(x, zeros([3]))],
  [ShapeError, 'crossEntropy: mask must be [2], got [3]', () => ag.crossEntropy(x, zeros([2]), zeros([3]))],
  [
    ValueError,
    'crossEntropy: targets must be integers from 0 to 2, got 3 at [1]',
    () => ag.crossEntropy(x, array([0, 3])),
  ],
  [
    ValueError,
    'crossEntropy: targets must be integers from 0 to 2, got -1 at [0]',
    () => ag.crossEntropy(x, array([-1, 0])),
  ],
  [
    ValueError,
    'crossEntropy: targets must be integers from 0 to 2, got 1.5 at [1]',
    () => ag.crossEntropy(x, array([0, 1.5])),
  ],
  [
    ValueError,
    'crossEntropy: mask must be free of NaN, got NaN at [0]',
    () => ag.crossEntropy(x, zeros([2]), array([Number.NaN, 1])),
  ],

  [DtypeError, `mseLoss: prediction must be ${operand}, got 'x'`, () => ag.mseLoss(wrong('x'), x)],
  [DtypeError, `mseLoss: target must be ${operand}, got 'x'`, () => ag.mseLoss(x, wrong('x'))],
  [ShapeError, 'mseLoss: target must be [2, 3], got [3]', () => ag.mseLoss(x, v)],
  [ShapeError, 'mseLoss: target must be [2, 3], got []', () => ag.mseLoss(x, 0)],

  [DtypeError, `dropout: x must be ${operand}, got 'x'`, () => ag.dropout(wrong('x'), 0.5)],
  [ValueError, 'dropout: p must be a number from 0 to 1, got 1.5', () => ag.dropout(x, 1.5)],
  [ValueError, 'dropout: p must be a number from 0 to 1, got -0.1', () => ag.dropout(x, -0.1)],
  [ValueError, 'dropout: p must be a number from 0 to 1, got NaN', () => ag.dropout(x, Number.NaN)],
  [
    ValueError,
    'dropout: p must be a number from 0 to 1, got undefined',
    () => ag.dropout(x, wrong(undefined)),
  ],

  [DtypeError, "tensor: data must be an ndarray, a list or a number, got 'x'", () => ag.tensor(wrong('x'))],
  [
    DtypeError,
    'tensor: data must be an ndarray, a list or a number, got a Tensor',
    () => ag.tensor(wrong(x)),
  ],
  [
    DtypeError,
    'tensor: data must be an ndarray of float32 or float64, got one of int32',
    () => ag.tensor(wrong(wrap(Int32Array.of(1), [1]))),
  ],
  [DtypeError, 'constant: value must be an ndarray, got a list of 2', () => ag.constant(wrong([1, 2]))],
);

for (const [type, message, call] of TABLE) {
  test(`${type.name}: ${message}`, () => throws(call, type, message));
}

test('the table has at least three wrong calls of every op', () => {
  for (const op of Object.keys(OP_CASES)) {
    const rows = TABLE.filter(([, message]) => message.startsWith(`${op}: `));
    assert.ok(rows.length >= 3, `${op}: ${rows.length}`);
  }
});

test('no wrong call left a gradient or another value in its arguments', () => {
  for (const t of [x, y, v]) {
    assert.is(t.grad, null);
    assert.ok(t.value.data.every((entry) => entry === 0));
  }
});

test.run();
