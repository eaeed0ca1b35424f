/** Every function of the package gives bit for bit the same answer on every kind of view, and leaves its arguments alone. */

import { type NdArray, Random } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertEntries, assertFresh, assertSameBits, assertSameProduct } from '../support/assert-arrays.js';
import { broadcastViewsOf, constantAlong, entriesOf, viewsOf } from '../support/views.js';

export const kernels = 'all';

type Call = (...args: NdArray[]) => NdArray;

interface Case {
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
const binary = [k.add, k.sub, k.mul, k.div, k.pow, k.maximum, k.greater, k.equal];
const rows = [k.softmax, k.logSoftmax, k.logsumexp];

const CASES: Case[] = [
  ...unary.flatMap((call) => [
    { name: call.name, call, shapes: [[3, 4]] },
    { name: `${call.name} of 3 axes`, call, shapes: [[2, 3, 4]] },
  ]),
  ...binary.flatMap((call): Case[] => [
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
  ...[undefined, 0, 1, 2, -1, [0, 1], [1, 2], [0, 2], []].flatMap((axes): Case[] => [
    { name: `sum over ${axes}`, call: (x) => k.sum(x, axes), shapes: [[4, 3, 5]] },
    { name: `mean over ${axes}`, call: (x) => k.mean(x, axes, true), shapes: [[4, 3, 5]] },
    { name: `max over ${axes}`, call: (x) => k.max(x, axes), shapes: [[4, 3, 5]] },
  ]),
  ...[0, 1, 2].flatMap((axis): Case[] => [
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
  ...[0, 1, -1].flatMap((axis): Case[] => [
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

const snapshot = (x: NdArray) => Array.from(x.data);

function draw(c: Case, dtype: k.Dtype, seed: number): NdArray[] {
  const rng = new Random(seed);
  return c.shapes.map((shape, i) => {
    const x = k.randomNormal(shape, { rng, dtype, std: 2 });
    const below = c.indices?.[i];
    if (below !== undefined) for (let j = 0; j < x.data.length; j++) x.data[j] = rng.integer(below);
    return x;
  });
}

/** Runs a call with one argument replaced, and compares with the answer on dense copies. */
function compare(c: Case, args: NdArray[], place: number, view: NdArray, kind: string): void {
  const message = `${c.name}, argument ${place} ${kind}`;
  const expected = c.call(...args);
  const replaced = args.map((arg, i) => (i === place ? view : arg));
  const before = replaced.map(snapshot);
  const actual = c.call(...replaced);
  if (/^(matmul|affine)/.test(c.name)) assertSameProduct(actual, expected, message);
  else assertSameBits(actual, expected, message);
  for (const [i, arg] of replaced.entries())
    assertEntries(snapshot(arg), before[i], `${message}: argument ${i} after`);
  if (!c.view) assertFresh(actual, replaced, message);
}

for (const dtype of ['float64', 'float32'] as const) {
  for (const [number, c] of CASES.entries()) {
    test(`${c.name} (${dtype}) is the same for every kind of view`, () => {
      const args = draw(c, dtype, 100 + number);
      for (let place = 0; place < args.length; place++) {
        for (const { name, view } of viewsOf(args[place])) {
          assertEntries(entriesOf(view), entriesOf(args[place]), `the ${name} view itself`);
          compare(c, args, place, view, name);
        }
        for (let axis = 0; axis < args[place].shape.length; axis++) {
          const constant = args.with(place, constantAlong(args[place], axis));
          for (const { name, view } of broadcastViewsOf(constant[place]))
            compare(c, constant, place, view, name);
        }
      }
    });
  }
}

test('the table above names every function of the public op list', () => {
  const ops = [
    ...['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'greater', 'equal', 'where', 'matmul', 'sumTo'],
    ...['neg', 'exp', 'log', 'sqrt', 'abs', 'sign', 'sigmoid', 'tanh', 'relu'],
    ...[
      'sum',
      'mean',
      'max',
      'argmax',
      'softmax',
      'logSoftmax',
      'logsumexp',
      'copy',
      'cast',
      'dense',
      'toNested',
    ],
    ...['reshape', 'transpose', 'slice', 'unslice', 'concat', 'stack', 'broadcastTo'],
    ...['take', 'addAt', 'gather', 'scatterAdd'],
  ];
  const titles = CASES.map((c) => c.name);
  for (const op of ops) {
    assert.type((k as unknown as Record<string, unknown>)[op], 'function', op);
    assert.ok(
      titles.some((title) => title === op || title.startsWith(`${op} `)),
      op,
    );
  }
});

test('addInto and assign read any view and write only their target', () => {
  const x = k.randomNormal([3, 4], { seed: 7 });
  const y = k.randomNormal([3, 4], { seed: 8 });
  for (const { name, view } of viewsOf(y)) {
    const target = k.copy(x);
    k.addInto(target, view);
    assertSameBits(target, k.add(x, y), `addInto ${name}`);
    for (const to of viewsOf(x)) {
      const around = snapshot(to.view).filter(Number.isNaN).length;
      k.assign(to.view, view);
      assertSameBits(k.copy(to.view), y, `assign ${name} to ${to.name}`);
      assert.is(
        snapshot(to.view).filter(Number.isNaN).length,
        around,
        `assign to ${to.name} writes nothing else`,
      );
    }
  }
});

test.run();
