/** Every function of the package gives bit for bit the same answer on every kind of view, and leaves its arguments alone. */

import { type NdArray, Random } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ARRAY_CASES, type ArrayCase } from '../support/array-cases.js';
import { assertEntries, assertFresh, assertSameBits, assertSameProduct } from '../support/assert-arrays.js';
import { broadcastViewsOf, constantAlong, entriesOf, viewsOf } from '../support/views.js';

export const kernels = 'all';

const snapshot = (x: NdArray) => Array.from(x.data);

function draw(c: ArrayCase, dtype: k.Dtype, seed: number): NdArray[] {
  const rng = new Random(seed);
  return c.shapes.map((shape, i) => {
    const x = k.randomNormal(shape, { rng, dtype, std: 2 });
    const below = c.indices?.[i];
    if (below !== undefined) for (let j = 0; j < x.data.length; j++) x.data[j] = rng.integer(below);
    return x;
  });
}

/** Runs a call with one argument replaced, and compares with the answer on dense copies. */
function compare(c: ArrayCase, args: NdArray[], place: number, view: NdArray, kind: string): void {
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
  for (const [number, c] of ARRAY_CASES.entries()) {
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
  const titles = ARRAY_CASES.map((c) => c.name);
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
