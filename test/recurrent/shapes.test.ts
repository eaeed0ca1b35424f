/**
 * Names, shapes, orders and initial values of the spec, for the functions and the classes of the three
 * layers.
 */

import { copy, dtypeOf, type NdArray } from '@retrograd/arrays';
import { isDense } from '@retrograd/arrays/internal';
import { grad, parameter, Tensor } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { type Case, cellArgs, loaded, randomCase, type Sizes, sequenceArgs } from '../support/layer-cases.js';
import { type Arrays, LAYERS, type LayerEntry } from '../support/layer-table.js';

export const kernels = 'all';

type Results = (NdArray | Arrays | Arrays[])[];

/** Shapes of results, dictionaries and lists in their order. */
const shapesOf = (value: unknown): unknown => {
  if (value instanceof Tensor) return value.shape;
  if (Array.isArray(value)) return value.map(shapesOf);
  const { shape } = value as NdArray;
  return Array.isArray(shape) ? shape : Object.entries(value as Arrays).map(([key, v]) => [key, shapesOf(v)]);
};

const arraysIn = (value: unknown): NdArray[] =>
  Array.isArray(value)
    ? value.flatMap(arraysIn)
    : Array.isArray((value as NdArray).shape)
      ? [value as NdArray]
      : Object.values(value as Arrays).flatMap(arraysIn);

const cacheShape = ({ cacheKeys, shapeOf }: LayerEntry, { B, I, H }: Sizes) =>
  cacheKeys.map((key) => [key, key[0] === 'W' ? shapeOf(key, I, H) : key === 'x_t' ? [B, I] : [B, H]]);

/** [grad of the weights, …] or one dictionary, as the spec wants it. */
const paramShapes = ({ name, params, shapeOf }: LayerEntry, { I, H }: Sizes): unknown[] =>
  name === 'rnn' ? params.map((p) => shapeOf(p, I, H)) : [params.map((p) => [p, shapeOf(p, I, H)])];

const call = (fn: unknown, self: unknown, ...args: unknown[]): unknown =>
  (fn as (...args: unknown[]) => unknown).apply(self, args);

const SIZES = [
  { B: 2, T: 3, I: 4, H: 5 },
  { B: 1, T: 1, I: 1, H: 1 },
  { B: 0, T: 3, I: 4, H: 5 },
  { B: 2, T: 0, I: 4, H: 5 },
  { B: 0, T: 0, I: 4, H: 5 },
];

for (const layer of LAYERS) {
  const { name, fns, className } = layer;
  const n = layer.states.length;
  const some = (seed: number, sizes = SIZES[0]): Case => randomCase(layer, sizes, seed);

  test(`${name}: every function gives the spec's tuples, also for B = 0 and T = 0`, () => {
    for (const size of SIZES) {
      const each = some(1, size);
      const { B, T, I, H } = size;
      const states = layer.states.map(() => [B, H]);
      const cell = fns.cellForward(...cellArgs(layer, each)) as Results;
      assert.equal(shapesOf(cell), [...states, cacheShape(layer, size)]);
      const cellBack = fns.cellBackward(...each.grad_state, cell.at(-1));
      assert.equal(shapesOf(cellBack), [[B, I], ...states, ...paramShapes(layer, size)]);
      const forward = fns.forward(...sequenceArgs(layer, each)) as Results;
      const caches = Array.from({ length: T }, () => cacheShape(layer, size));
      assert.equal(shapesOf(forward), [[B, T, H], ...states, caches]);
      const back = fns.backward(each.grad_h_all, forward.at(-1), ...each.grad_state);
      assert.equal(shapesOf(back), [[B, T, I], ...paramShapes(layer, size), ...states]);
      assert.equal(shapesOf(fns.backward(each.grad_h_all, forward.at(-1))), shapesOf(back));
      for (const x of [...arraysIn(cellBack), ...arraysIn(back), ...arraysIn(forward.slice(0, -1))]) {
        assert.ok(isDense(x), 'every answer is C-contiguous');
      }
      if (B * T > 0) continue;
      const [grad_x, ...rest] = back as unknown[];
      const zero = arraysIn([grad_x, ...rest.slice(0, rest.length - n)]);
      for (const x of zero)
        assert.ok(
          x.data.every((v) => v === 0),
          'no step, no gradient',
        );
      // Without a step the final states are the initial ones, and so are their gradients.
      if (T > 0) continue;
      each.state.forEach((s, i) => assertSameBits(forward[1 + i] as NdArray, s, 'final state'));
      rest.slice(-n).forEach((g, i) => assertSameBits(g as NdArray, each.grad_state[i], 'its gradient'));
    }
  });

  test(`${className}: the class on arrays, on tensors and step by step, also for B = 0 and T = 0`, () => {
    for (const size of SIZES) {
      const each = some(2, size);
      const { B, T, I, H } = size;
      const states = layer.states.map(() => [B, H]);
      const made = loaded(layer, each);
      assert.equal(shapesOf(call(made.forward, made, each.x)), [B, T, H]);
      assert.equal(shapesOf(call(made.forward, made, each.x, ...each.state)), [B, T, H]);
      assert.equal(shapesOf(made.backward(each.grad_h_all)), [B, T, I]);
      const named = layer.params.map((p) => [p, layer.shapeOf(p, I, H)]);
      assert.equal(shapesOf(made.getGradients()), named);
      if (B * T === 0)
        for (const g of arraysIn(made.getGradients())) assert.ok(copy(g).data.every((v) => v === 0));

      const x = parameter(each.x);
      const start = each.state.map((s) => parameter(s));
      assert.equal(shapesOf(call(made.forward, made, x)), [[B, T, H], ...states]);
      const outputs = call(made.forward, made, x, ...start) as Tensor[];
      assert.equal(shapesOf(outputs), [[B, T, H], ...states]);
      assert.equal(shapesOf(made.run(x, start)), [[B, T, H], states]);
      assert.equal(shapesOf(made.run(x)), [[B, T, H], states]);
      const leaves = [x, made.W, made.b, ...start];
      const grads = grad(outputs, leaves, { cotangent: [each.grad_h_all, ...each.grad_state] });
      assert.equal(shapesOf(grads), shapesOf(leaves));

      assert.equal(shapesOf(made.step(each.x_t)), [[B, H], states]);
      assert.equal(shapesOf(made.step(each.x_t, each.state)), [[B, H], states]);
      assert.equal(shapesOf(made.zeroState(B)), states);
    }
  });

  test(`${className}: states left out are zeros`, () => {
    const each = some(3);
    const made = loaded(layer, each);
    const zero = made.zeroState(each.B);
    for (const s of zero) assert.ok(s.data.every((v) => v === 0));
    const expected = call(made.forward, made, each.x, ...zero) as NdArray;
    assertSameBits(call(made.forward, made, each.x) as NdArray, expected, 'forward');
    assertSameBits(made.run(parameter(each.x))[0].value, expected, 'run');
    assertSameBits(made.step(each.x_t)[0], made.step(each.x_t, zero)[0], 'step');
    const given = call(made.forward, made, each.x, ...each.state) as NdArray;
    assert.not.equal([...given.data], [...expected.data], 'the states must matter');
  });

  test(`${className}: float32 in, float32 out, near the float64 results; mixing gives float64`, () => {
    const each = some(4, { B: 3, T: 8, I: 4, H: 6 });
    const narrow = (x: NdArray): NdArray => copy(x, { dtype: 'float32' });
    const single: Case = { ...each, x: narrow(each.x), x_t: narrow(each.x_t), state: each.state.map(narrow) };
    single.params = Object.fromEntries(Object.entries(each.params).map(([key, p]) => [key, narrow(p)]));
    single.grad_h_all = narrow(each.grad_h_all);
    single.grad_state = each.grad_state.map(narrow);
    const everything = (c: Case, list: (caches: unknown[]) => unknown[] = (caches) => caches): NdArray[] => {
      const cell = fns.cellForward(...cellArgs(layer, c)) as unknown[];
      const all = fns.forward(...sequenceArgs(layer, c)) as unknown[];
      const caches = list(all.at(-1) as unknown[]);
      const backs = [
        fns.cellBackward(...c.grad_state, cell.at(-1)),
        fns.backward(c.grad_h_all, caches, ...c.grad_state),
      ];
      return arraysIn([cell, all.slice(0, -1), caches, ...backs]);
    };
    const expected = everything(each);
    const close = { rtol: 1e-4, atol: 1e-4 };
    for (const list of [undefined, (caches: unknown[]) => [...caches]]) {
      everything(single, list).forEach((x, i) => {
        assert.is(dtypeOf(x), 'float32');
        assertClose(x, expected[i], `result ${i}`, close);
      });
    }
    // One wide argument is enough, in forward or in backward.
    const caches = (fns.forward(...sequenceArgs(layer, single)) as unknown[]).at(-1) as unknown[];
    const wideBackward = (list: unknown[]): NdArray[] => [
      ...arraysIn(fns.backward(each.grad_h_all, list, ...single.grad_state)),
      ...arraysIn(fns.backward(single.grad_h_all, list, ...each.grad_state)),
    ];
    const fast = wideBackward(caches);
    const slow = wideBackward([...caches]);
    fast.forEach((x, i) => {
      assert.is(dtypeOf(x), 'float64');
      assert.is(dtypeOf(slow[i]), 'float64');
      assertClose(x, slow[i], `gradient ${i}`, { rtol: 1e-5, atol: 1e-6 });
    });
    for (const mixed of [
      { ...single, x: each.x, x_t: each.x_t },
      { ...single, state: each.state },
      { ...single, params: each.params },
    ]) {
      const cell = fns.cellForward(...cellArgs(layer, mixed)) as unknown[];
      const all = fns.forward(...sequenceArgs(layer, mixed)) as unknown[];
      for (const x of arraysIn([cell.slice(0, n), all.slice(0, -1)])) assert.is(dtypeOf(x), 'float64');
    }
    const made = loaded(layer, each, { dtype: 'float32' });
    assert.ok(
      [...made.parameters().map((p) => p.dtype), dtypeOf(made.zeroState(1)[0])].every((d) => d === 'float32'),
    );
    const outputs = [
      call(made.forward, made, single.x),
      made.backward(single.grad_h_all),
      made.step(single.x_t),
    ];
    for (const x of arraysIn([...outputs, made.getGradients()])) assert.is(dtypeOf(x), 'float32');
    assert.is(made.run(parameter(single.x))[0].dtype, 'float32');
    const wide = [call(made.forward, made, each.x), made.backward(single.grad_h_all), made.step(each.x_t)];
    for (const x of arraysIn([...wide, made.getGradients()])) assert.is(dtypeOf(x), 'float64');
    assert.is(made.run(parameter(each.x))[0].dtype, 'float64');
  });
}

test.run();
