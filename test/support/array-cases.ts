/** Every function on arrays, with the shapes of arguments for it. */
import type { NdArray } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';

type Call = (...args: NdArray[]) => NdArray;

export interface ArrayCase {
  name: string;
  call: Call;
  shapes: number[][];
  /** The result may be a view by design. */
  view?: boolean;
  /** These arguments hold indices below this size. */
  indices?: Record<number, number>;
}

const unary = [
  k.neg,
  k.exp,
  k.log,
  k.sqrt,
  k.abs,
  k.sign,
  k.sigmoid,
  k.tanh,
  k.relu,
  k.sigmoidDerivative,
  k.tanhDerivative,
  k.oneMinus,
];
const binary = [
  k.add,
  k.sub,
  k.mul,
  k.div,
  k.pow,
  k.maximum,
  k.greater,
  k.equal,
  k.sigmoidGradient,
  k.tanhGradient,
];
const rows = [k.softmax, k.logSoftmax, k.logsumexp];

export const ARRAY_CASES: ArrayCase[] = [
  ...unary.flatMap((call) => [
    { name: call.name, call, shapes: [[3, 4]] },
    { name: `${call.name} of 3 axes`, call, shapes: [[2, 3, 4]] },
  ]),
  ...binary.flatMap((call): ArrayCase[] => [
    {
      name: call.name,
      call,
      shapes: [
        [3, 4],
        [3, 4],
      ],
    },
    { name: `${call.name} with a row`, call, shapes: [[2, 3, 4], [4]] },
    {
      name: `${call.name} with a column`,
      call,
      shapes: [
        [3, 4],
        [2, 3, 1],
      ],
    },
    { name: `${call.name} with a scalar`, call, shapes: [[], [3, 4]] },
  ]),
  {
    name: 'where',
    call: (c, a, b) => k.where(c, a, b),
    shapes: [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
  },
  { name: 'where, broadcast', call: (c, a, b) => k.where(c, a, b), shapes: [[4], [3, 1], [2, 3, 4]] },
  {
    name: 'matmul',
    call: k.matmul,
    shapes: [
      [5, 6],
      [6, 7],
    ],
  },
  {
    name: 'affine',
    call: k.affine,
    shapes: [[5, 6], [6, 7], [7]],
  },
  {
    name: 'matmul of one row',
    call: k.matmul,
    shapes: [
      [1, 9],
      [9, 6],
    ],
  },
  {
    name: 'matmul with one column',
    call: k.matmul,
    shapes: [
      [6, 9],
      [9, 1],
    ],
  },
  {
    name: 'matmul with K = 1',
    call: k.matmul,
    shapes: [
      [6, 1],
      [1, 5],
    ],
  },
  {
    name: 'matmul of a batch with a matrix',
    call: k.matmul,
    shapes: [
      [3, 4, 5],
      [5, 6],
    ],
  },
  {
    name: 'matmul of a matrix with a batch',
    call: k.matmul,
    shapes: [
      [4, 5],
      [3, 5, 6],
    ],
  },
  {
    name: 'matmul of batches',
    call: k.matmul,
    shapes: [
      [3, 1, 4, 5],
      [2, 5, 6],
    ],
  },
  ...[undefined, 0, 1, 2, -1, [0, 1], [1, 2], [0, 2], []].flatMap((axes): ArrayCase[] => [
    { name: `sum over ${axes}`, call: (x) => k.sum(x, axes), shapes: [[4, 3, 5]] },
    { name: `mean over ${axes}`, call: (x) => k.mean(x, axes, true), shapes: [[4, 3, 5]] },
    { name: `max over ${axes}`, call: (x) => k.max(x, axes), shapes: [[4, 3, 5]] },
  ]),
  ...[0, 1, 2].flatMap((axis): ArrayCase[] => [
    { name: `argmax ${axis}`, call: (x) => k.array(k.toNested(k.argmax(x, axis))), shapes: [[4, 3, 5]] },
    ...rows.map((call) => ({
      name: `${call.name} ${axis}`,
      call: (x: NdArray) => call(x, axis),
      shapes: [[4, 3, 5]],
    })),
  ]),
  { name: 'sumTo', call: (x) => k.sumTo(x, [3, 1]), shapes: [[2, 3, 5]] },
  { name: 'copy', call: (x) => k.copy(x), shapes: [[2, 3, 5]] },
  { name: 'copy of 4 axes', call: (x) => k.copy(x), shapes: [[2, 3, 2, 2]] },
  { name: 'cast', call: (x) => k.copy(k.cast(x, 'float32'), { dtype: 'float64' }), shapes: [[3, 5]] },
  { name: 'dense', call: (x) => k.copy(k.dense(x)), shapes: [[3, 5]] },
  { name: 'toNested', call: (x) => k.array(k.toNested(x)), shapes: [[3, 5]] },
  { name: 'reshape', call: (x) => k.reshape(x, [5, -1]), shapes: [[2, 3, 5]], view: true },
  { name: 'transpose', call: (x) => k.transpose(x, [1, 2, 0]), shapes: [[2, 3, 5]], view: true },
  { name: 'broadcastTo', call: (x) => k.broadcastTo(x, [2, 3, 5]), shapes: [[3, 5]], view: true },
  { name: 'slice', call: (x) => k.slice(x, [[1], null, [4, 0, -2]]), shapes: [[2, 3, 5]], view: true },
  { name: 'unslice', call: (x) => k.unslice(x, [2, 5], [null, [4, 0, -2]]), shapes: [[2, 2]] },
  ...[0, 1, -1].flatMap((axis): ArrayCase[] => [
    {
      name: `concat ${axis}`,
      call: (a, b) => k.concat([a, b, a], axis),
      shapes: [
        [3, 3, 2],
        [3, 3, 2],
      ],
    },
    {
      name: `stack ${axis}`,
      call: (a, b) => k.stack([a, b, a], axis),
      shapes: [
        [3, 2],
        [3, 2],
      ],
    },
    {
      name: `take ${axis}`,
      call: (x, i) => k.take(x, i, axis),
      shapes: [
        [4, 4, 4],
        [2, 3],
      ],
      indices: { 1: 4 },
    },
    {
      name: `addAt ${axis}`,
      call: (x, i) => k.addAt([4, 4], i, x, axis),
      shapes: [axis === 0 ? [2, 3, 4] : [4, 2, 3], [2, 3]],
      indices: { 1: 4 },
    },
    {
      name: `gather ${axis}`,
      call: (x, i) => k.gather(x, axis, i),
      shapes: [
        [4, 4],
        [4, 4],
      ],
      indices: { 1: 4 },
    },
    {
      name: `scatterAdd ${axis}`,
      call: (x, i) => k.scatterAdd([4, 4], axis, i, x),
      shapes: [
        [3, 3],
        [3, 3],
      ],
      indices: { 1: 4 },
    },
  ]),
];
