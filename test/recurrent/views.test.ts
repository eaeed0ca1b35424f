/**
 * Any view of any argument gives, bit for bit, what its dense copy gives, in every public function and method
 * of the three layers; and nothing that was given is written to, nor what lies between its entries.
 */

import { copy, type Dtype, type FloatData, isNdArray, type NdArray } from '@retrograd/arrays';
import { grad, parameter, Tensor } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameProduct } from '../support/assert-arrays.js';
import { type Case, loaded, randomCase } from '../support/layer-cases.js';
import { type Arrays, LAYERS, type LayerEntry } from '../support/layer-table.js';
import { broadcastViewsOf, constantAlong, viewsOf } from '../support/views.js';

export const kernels = 'all';

type Call = (args: Arrays) => unknown;

const bytes = ({ buffer, byteOffset, byteLength }: FloatData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function haveSameBytes(a: FloatData, b: FloatData): boolean {
  const [left, right] = [bytes(a), bytes(b)];
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

/** All arrays in an answer, in order. */
function arraysIn(value: unknown): NdArray[] {
  if (value instanceof Tensor) return [value.value];
  if (isNdArray(value)) return [value as NdArray];
  return Object.values(value as object).flatMap(arraysIn);
}

/** Compares a call on these arguments with the same call on dense copies of them. */
function compare(label: string, call: Call, args: Arrays): void {
  const memory = Object.entries(args).map(([name, x]) => ({ name, x, before: x.data.slice() }));
  const dense = Object.fromEntries(Object.entries(args).map(([name, x]) => [name, copy(x)]));
  const expected = arraysIn(call(dense));
  const got = arraysIn(call(args));
  assert.is(got.length, expected.length);
  got.forEach((y, i) => assertSameProduct(copy(y), copy(expected[i]), `${label}, result ${i}`));
  for (const { name, x, before } of memory) {
    assert.ok(haveSameBytes(x.data, before), `${label}: ${name} was changed`);
  }
}

/** Views of all arguments at once, and, unless `together`, of each argument alone. */
function compareAll(title: string, call: Call, args: Arrays, together: boolean): void {
  const names = Object.keys(args);
  const kinds = Object.fromEntries(names.map((name) => [name, viewsOf(args[name])]));
  kinds[names[0]].forEach(({ name: kind }, k) => {
    const all = Object.fromEntries(names.map((name) => [name, kinds[name][k].view]));
    compare(`${title}, all ${kind}`, call, all);
    if (together) return;
    for (const name of names) compare(`${title}, ${name} ${kind}`, call, { ...args, [name]: all[name] });
  });
  for (const name of names) {
    for (let axis = 0; axis < args[name].shape.length; axis++) {
      for (const { name: kind, view } of broadcastViewsOf(constantAlong(args[name], axis))) {
        compare(`${title}, ${name} ${kind}`, call, { ...args, [name]: view });
      }
    }
  }
}

const method = (self: object, name: string, ...args: unknown[]): unknown =>
  (self as Record<string, (...args: unknown[]) => unknown>)[name](...args);

/** The public calls of a layer, each with the arguments that may be views, by name. */
function callsOf(layer: LayerEntry, each: Case): Record<string, [Call, Arrays]> {
  const { fns, params, name } = layer;
  const state = (suffix: string, values: readonly NdArray[]): Arrays =>
    Object.fromEntries(layer.states.map((s, i) => [`${s}${suffix}`, values[i]]));
  const of = (args: Arrays, suffix: string): NdArray[] => layer.states.map((s) => args[`${s}${suffix}`]);
  const weights = (args: Arrays): Arrays => Object.fromEntries(params.map((p) => [p, args[p]]));
  const list = (args: Arrays): NdArray[] => params.map((p) => args[p]);
  const asParams = (args: Arrays): unknown[] => (name === 'rnn' ? list(args) : [weights(args)]);
  const { x, x_t, grad_h_all } = each;
  const before = state('_prev', each.state);
  const start = state('_0', each.state);
  const grads = state('_grad', each.grad_state);
  const made = loaded(layer, each);
  const cellCache = (fns.cellForward(x_t, ...each.state, ...list(each.params)) as Arrays[]).at(-1) as Arrays;
  const caches = (fns.forward(x, ...each.state, ...asParams(each.params)) as Arrays[][]).at(-1) as Arrays[];
  const [W, b] = made.parameters().map((p) => copy(p.value));
  const onGraph = (ys: unknown, xs: Tensor[], cotangent: NdArray[]): unknown[] => {
    const outputs = (Array.isArray(ys) ? ys : [ys]) as Tensor[];
    return [outputs, grad(outputs, xs, { cotangent })];
  };
  return {
    cellForward: [
      (a) => fns.cellForward(a.x_t, ...of(a, '_prev'), ...list(a)),
      { x_t, ...before, ...each.params },
    ],
    'cellBackward, its gradients': [(a) => fns.cellBackward(...of(a, '_grad'), cellCache), grads],
    'cellBackward, its cache': [(a) => fns.cellBackward(...each.grad_state, a), cellCache],
    forward: [(a) => fns.forward(a.x, ...of(a, '_0'), ...asParams(a)), { x, ...start, ...each.params }],
    backward: [(a) => fns.backward(a.grad_h_all, caches, ...of(a, '_grad')), { grad_h_all, ...grads }],
    'backward, a cache in a list of its own': [
      (a) => fns.backward(grad_h_all, [caches[0], a, caches[2]], ...each.grad_state),
      { ...caches[1] },
    ],
    cell: [
      (a) => {
        const leaves = [parameter(a.x_t), ...of(a, '_prev').map((s) => parameter(s))];
        const ys = name === 'rnn' ? fns.cell(...leaves, ...list(a)) : fns.cell(...leaves, weights(a));
        return onGraph(ys, leaves, of(a, '_grad'));
      },
      { x_t, ...before, ...each.params, ...grads },
    ],
    sequence: [
      (a) => {
        const ys = fns.sequence(a.x, ...of(a, '_0'), parameter(a.W), a.b) as Tensor[];
        const leaf = ys[0].call?.inputs.find((input) => input.requiresGrad) as Tensor;
        return onGraph(ys, [leaf], [a.grad_h_all, ...of(a, '_grad')]);
      },
      { x, ...start, W, b, grad_h_all, ...grads },
    ],
    'the class': [
      (a) => {
        const h_all = method(made, 'forward', a.x, ...of(a, '_0'));
        return [h_all, method(made, 'backward', a.grad_h_all, ...of(a, '_grad')), made.getGradients()];
      },
      { x, ...start, grad_h_all, ...grads },
    ],
    'the class, run': [
      (a) => made.run(new Tensor(a.x, false, null, { version: 0 }), of(a, '_0')),
      { x, ...start },
    ],
    'the class, step': [(a) => made.step(a.x_t, of(a, '_prev')), { x_t, ...before }],
    'the class, its parameters': [
      (a) => {
        made.loadStateDict(weights(a));
        const first = copy(made.W.value);
        method(made, 'setParams', ...asParams(a));
        return [first, copy(made.W.value), copy(made.b.value)];
      },
      each.params,
    ],
  };
}

for (const layer of LAYERS) {
  for (const dtype of ['float64', 'float32'] as const satisfies Dtype[]) {
    const each = randomCase(layer, { B: 2, T: 3, I: 4, H: 3 }, 11, dtype);
    for (const [title, [call, args]] of Object.entries(callsOf(layer, each))) {
      test(`${layer.name}, ${title}: any view of any argument, in ${dtype}`, () => {
        compareAll(`${layer.name}, ${title}`, call, args, dtype === 'float32');
      });
    }
  }
}

test.run();
