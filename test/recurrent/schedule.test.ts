/**
 * Sequences of which each sample visits some steps only: by length, by a mask, backwards. The engine orders
 * the rows and runs those that are left; the other way, composed on the graph, runs all rows and selects with
 * `where` at every step.
 */
import { array, copy, type NdArray } from '@retrograd/arrays';
import { grad, parameter, stack, type Tensor, unstack, where } from '@retrograd/autograd';
import {
  type Cell,
  ForwardPass,
  type Gradients,
  runBackward,
  scheduleOf,
  type Visits,
} from '@retrograd/recurrent/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '../support/assert-arrays.js';
import { type Case, loaded, randomCase } from '../support/layer-cases.js';
import { type Arrays, LAYERS, type Layer, type LayerEntry, type Tensors } from '../support/layer-table.js';

export const kernels = 'all';

const SIZES = { B: 5, T: 6, I: 3, H: 4 };
const HOLES = [
  [1, 0, 1, 1, 0, 0],
  [0, 0, 0, 0, 0, 0],
  [1, 1, 1, 1, 1, 1],
  [0, 1, 0, 1, 0, 1],
  [1, 1, 0, 0, 0, 1],
];
const VISITS: Record<string, Visits> = {
  'all steps': {},
  'all steps, from the last to the first': { reverse: true },
  lengths: { lengths: [3, 6, 0, 6, 1] },
  'lengths, from the last to the first': { lengths: [3, 6, 0, 6, 1], reverse: true },
  'a mask': { mask: HOLES.flat() },
  'a mask, from the last to the first': { mask: HOLES.flat(), reverse: true },
};

const isVisited = ({ lengths, mask }: Visits, b: number, t: number): boolean =>
  mask === undefined ? t < (lengths?.[b] ?? SIZES.T) : mask[b * SIZES.T + t] !== 0;

/** The input with NaN wherever it must not be looked at. */
function withHoles(x: NdArray, visits: Visits): NdArray {
  const seen = copy(x);
  const { B, T, I } = SIZES;
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      for (let i = 0; i < I; i++) if (!isVisited(visits, b, t)) seen.set(b, t, i, Number.NaN);
    }
  }
  return seen;
}

interface Outcome {
  outputs: NdArray[];
  grads: Arrays;
}

/** All rows at every step, and `where` chooses between the states after it and before it. */
function composed(layer: LayerEntry, each: Case, visits: Visits): Outcome {
  const leaves = (arrays: Arrays): Tensors =>
    Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, parameter(value)]));
  const params = leaves(each.params);
  const x = parameter(each.x);
  const initial = each.state.map((state) => parameter(state));
  const xs = unstack(x, 1);
  const order = [...xs.keys()];
  if (visits.reverse) order.reverse();
  let state: Tensor[] = initial;
  const outputs = new Array<Tensor>(SIZES.T);
  for (const t of order) {
    const flags = Array.from({ length: SIZES.B }, (_, b) => [isVisited(visits, b, t) ? 1 : 0]);
    const next = layer.equations(xs[t], state, params);
    state = next.map((after, i) => where(array(flags), after, state[i]));
    outputs[t] = where(array(flags), next[0], 0);
  }
  const ys = [stack(outputs, 1), ...state];
  const inputs = { x, ...Object.fromEntries(initial.map((s, i) => [`state ${i}`, s])), ...params };
  const gradients = grad(ys, Object.values(inputs), { cotangent: [each.grad_h_all, ...each.grad_state] });
  const names = Object.keys(inputs);
  return {
    outputs: ys.map(({ value }) => value),
    grads: Object.fromEntries(names.map((name, i) => [name, gradients[i].value])),
  };
}

/** Packed gradients under the spec's names, which a layer of the same size knows. */
function named(layer: LayerEntry, { grad_W, grad_b }: Gradients): Arrays {
  const holder = layer.make(SIZES.I, SIZES.H);
  holder.W.update((value) => (value.data as Float64Array).set(grad_W));
  holder.b.update((value) => (value.data as Float64Array).set(grad_b));
  return holder.stateDict();
}

const cellOf = (made: Layer): Cell => (made as unknown as { cell: Cell }).cell;

function byEngine(layer: LayerEntry, each: Case, visits: Visits): Outcome {
  const made = loaded(layer, each);
  const packed = { W: copy(made.W.value).data, b: copy(made.b.value).data };
  const { B, T } = SIZES;
  const schedule = scheduleOf(B, T, visits);
  const x = withHoles(each.x, visits);
  const pass = new ForwardPass(cellOf(made), x, each.state, packed, 'float64', schedule);
  const wanted = { x: true, initial: each.state.map(() => true) };
  const gradients = runBackward(pass, [each.grad_h_all, ...each.grad_state], wanted);
  const again = runBackward(pass, [each.grad_h_all, ...each.grad_state], wanted);
  assert.equal([...again.grad_W], [...gradients.grad_W], `${each.title}: the same backward twice`);
  const initial = gradients.grad_initial.map((g, i) => [`state ${i}`, g as NdArray]);
  return {
    outputs: [pass.outputs(), ...pass.finalStates()],
    grads: {
      x: gradients.grad_x as NdArray,
      ...Object.fromEntries(initial),
      ...named(layer, gradients),
    },
  };
}

for (const layer of LAYERS) {
  for (const [title, visits] of Object.entries(VISITS)) {
    test(`${layer.name} over ${title}: outputs and gradients are those of the graph with where`, () => {
      const each = randomCase(layer, SIZES, 11);
      const expected = composed(layer, each, visits);
      const got = byEngine(layer, each, visits);
      const tolerance = { rtol: 1e-11, atol: 1e-13 };
      got.outputs.forEach((y, i) =>
        assertClose(y, expected.outputs[i], `${each.title}, output ${i}`, tolerance),
      );
      assert.equal(Object.keys(got.grads).sort(), Object.keys(expected.grads).sort());
      for (const [name, g] of Object.entries(got.grads)) {
        assertClose(g, expected.grads[name], `${each.title}, gradient of ${name}`, tolerance);
      }
    });
  }
}

test('a schedule sorts rows by falling number of steps, and is null where every step is visited in order', () => {
  assert.is(scheduleOf(3, 4, {}), null);
  assert.is(scheduleOf(3, 4, { lengths: [4, 4, 4], mask: undefined }), null);
  const schedule = scheduleOf(3, 4, { lengths: [1, 4, 2] });
  assert.ok(schedule);
  assert.equal([...schedule.rows], [1, 2, 0]);
  assert.equal([...schedule.batchSizes], [3, 2, 1, 1]);
  assert.equal([...schedule.samples], [2, 0, 1]);
  // Rows are those of the samples 1, 2, 0; entry b · T + t is step t of sample b.
  assert.equal([...schedule.toSteps], [4, 8, 0, 5, 9, -1, 6, -1, -1, 7, -1, -1]);
  const reversed = scheduleOf(2, 3, { mask: [1, 0, 1, 0, 1, 0], reverse: true });
  assert.equal([...(reversed?.toSteps ?? [])], [2, 4, 0, -1, -1, -1]);
});

test.run();
