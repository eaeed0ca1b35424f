/**
 * The schedule: which steps each sample visits. The engine gathers the steps and sorts the samples; here the same is computed with
 * equations that select at every step. The two share nothing.
 */

import { type Dtype, type NdArray, Random, randomNormal, wrap } from '@retrograd/arrays';
import { constant, grad, parameter, stack, type Tensor, tensor, unstack, where } from '@retrograd/autograd';
import { gru, gruEquations } from '@retrograd/gru';
import { lstm, lstmEquations } from '@retrograd/lstm';
import type { Cell } from '@retrograd/recurrent';
import type { CellEquations } from '@retrograd/recurrent/graph';
import {
  ForwardPass,
  namedViews,
  runBackward,
  scheduleOf,
  stateNames,
  type Visits,
} from '@retrograd/recurrent/internal';
import { rnn, rnnEquations } from '@retrograd/rnn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { mgu, mguEquations } from '../support/minimal-gated-unit.js';

export const kernels = 'all';

const [B, T, I, H] = [5, 6, 3, 4];

const CELLS: [Cell, CellEquations][] = [
  [rnn, (x_t, [h], { W_xh, W_hh, b_h }) => [rnnEquations(x_t, h, W_xh, W_hh, b_h)]],
  [lstm, (x_t, [h, c], params) => lstmEquations(x_t, h, c, params as never)],
  [gru, (x_t, [h], params) => [gruEquations(x_t, h, params as never)]],
  [mgu, mguEquations],
];

const holes = [
  ...[1, 0, 1, 1, 0, 0],
  ...[0, 0, 0, 0, 0, 0],
  ...[1, 1, 1, 1, 1, 1],
  ...[0, 1, 0, 1, 0, 1],
  ...[1, 1, 0, 0, 0, 1],
];
const VISITS: [title: string, visits: Visits][] = [
  ['lengths', { lengths: [3, 6, 0, 6, 1] }],
  ['lengths, reversed', { lengths: [3, 6, 0, 6, 1], reverse: true }],
  ['all steps, reversed', { reverse: true }],
  ['a mask with holes', { mask: holes }],
  ['a mask with holes, reversed', { mask: holes, reverse: true }],
  ['no step at all', { lengths: [0, 0, 0, 0, 0] }],
];

const isVisited = ({ lengths, mask }: Visits, b: number, t: number): boolean =>
  mask === undefined ? t < (lengths?.[b] ?? T) : mask[b * T + t] !== 0;

const random = (shape: number[], rng: Random, dtype: Dtype): NdArray =>
  randomNormal(shape, { rng, std: 0.7, dtype });

/** Inputs and gradients for a cell, with NaN at every step that is not visited. */
function problem(cell: Cell, visits: Visits, dtype: Dtype) {
  const rng = new Random(7);
  const states = stateNames(cell);
  const packed = cell.initial({ I, H }, rng, dtype);
  packed.b.data.forEach((_, i) => {
    packed.b.data[i] = 0.3 * rng.normal();
  });
  const x = random([B, T, I], rng, dtype);
  const seen = wrap(x.data.slice(), [B, T, I]);
  for (let k = 0; k < B * T; k++) {
    if (!isVisited(visits, Math.floor(k / T), k % T)) seen.data.fill(Number.NaN, k * I, (k + 1) * I);
  }
  const initial = states.map(() => random([B, H], rng, dtype));
  const grad_final = states.map(() => random([B, H], rng, dtype));
  return { packed, x, seen, initial, grad_h_all: random([B, T, H], rng, dtype), grad_final };
}

/** By the equations, which select at every step. */
function composed(cell: Cell, equations: CellEquations, visits: Visits, given: ReturnType<typeof problem>) {
  const X = parameter(given.x);
  const initial = given.initial.map((state) => parameter(state));
  const { W, b } = given.packed;
  const views = namedViews(cell, { I, H }, { W: W.data, b: b.data });
  const params = Object.fromEntries(Object.entries(views).map(([name, value]) => [name, parameter(value)]));
  let states: Tensor[] = initial;
  const outputs = new Array<Tensor>(T);
  const order = Array.from({ length: T }, (_, t) => (visits.reverse ? T - 1 - t : t));
  const inputs = unstack(X, 1);
  for (const t of order) {
    const flags = Float64Array.from({ length: B }, (_, sample) => Number(isVisited(visits, sample, t)));
    const selected = wrap(flags, [B, 1]);
    const next = equations(inputs[t], states, params);
    states = next.map((state, i) => where(selected, state, states[i]));
    outputs[t] = where(selected, next[0], tensor(0));
  }
  const leaves = [X, ...initial, ...Object.values(params)];
  const cotangents = [given.grad_h_all, ...given.grad_final].map((each) => constant(each));
  const h_all = stack(outputs, 1);
  const grads = grad([h_all, ...states], leaves, { cotangent: cotangents });
  return { h_all, states, grads: grads.map(({ value }) => value) };
}

for (const dtype of ['float64', 'float32'] as const) {
  const near = dtype === 'float64' ? { rtol: 1e-12, atol: 1e-13 } : { rtol: 2e-5, atol: 2e-5 };
  for (const [cell, equations] of CELLS) {
    for (const [title, visits] of VISITS) {
      test(`${cell.name}, ${dtype}, ${title}: as equations that select, whatever the padding holds`, () => {
        const given = problem(cell, visits, dtype);
        const { seen, initial, packed, grad_h_all, grad_final } = given;
        const wanted = composed(cell, equations, visits, given);
        const data = { W: packed.W.data, b: packed.b.data };
        const pass = new ForwardPass(cell, seen, initial, data, dtype, scheduleOf(B, T, visits));
        assertClose(pass.outputs(), wanted.h_all.value, 'h_all', near);
        pass.finalStates().forEach((state, i) => {
          assertClose(state, wanted.states[i].value, `final state ${i}`, near);
        });
        const got = runBackward(pass, [grad_h_all, ...grad_final]);
        const grad_params = namedViews(cell, { I, H }, got.grad_packed);
        const gradients = [got.grad_x, ...got.grad_initial, ...Object.values(grad_params)] as NdArray[];
        assert.is(gradients.length, wanted.grads.length);
        gradients.forEach((each, i) => {
          assertClose(each, wanted.grads[i], `gradient ${i}`, near);
        });
      });
    }
  }
}

test('samples that visit nothing hand on their states and gradients to the bit', () => {
  const visits = { lengths: [0, 3, 0, 6, 1] };
  const { seen, initial, packed, grad_h_all, grad_final } = problem(gru, visits, 'float64');
  const data = { W: packed.W.data, b: packed.b.data };
  const pass = new ForwardPass(gru, seen, initial, data, 'float64', scheduleOf(B, T, visits));
  const [h_final] = pass.finalStates();
  const { grad_x, grad_initial } = runBackward(pass, [grad_h_all, ...grad_final]);
  for (const sample of [0, 2]) {
    assertSameBits(h_final.pick(sample, null), initial[0].pick(sample, null), `final state of ${sample}`);
    const grad_h_0 = (grad_initial[0] as NdArray).pick(sample, null);
    assertSameBits(grad_h_0, grad_final[0].pick(sample, null), `gradient of ${sample}`);
    const ofSample = (grad_x as NdArray).pick(sample, null, null);
    for (let t = 0; t < T; t++) for (let i = 0; i < I; i++) assert.is(ofSample.get(t, i), 0);
  }
});

test('a schedule of whole samples in order is none', () => {
  assert.is(scheduleOf(3, 4, {}), null);
  assert.is(scheduleOf(2, 4, { lengths: [4, 4] }), null);
  assert.is(scheduleOf(1, 2, { mask: [1, 1] }), null);
  assert.is.not(scheduleOf(2, 4, { reverse: true }), null);
});

test('the rows of a schedule are the samples by falling number of steps', () => {
  const schedule = scheduleOf(4, 3, { lengths: [1, 3, 0, 3] });
  assert.ok(schedule);
  assert.equal([...schedule.rows], [1, 3, 0, 2]);
  assert.equal([...schedule.samples], [2, 0, 3, 1]);
  assert.equal([...schedule.batchSizes], [3, 2, 2]);
});

test.run();
