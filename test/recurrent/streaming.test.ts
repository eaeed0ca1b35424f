/**
 * One step at a time: bit for bit the numbers of the whole sequence on the plain kernels, for any batch size,
 * with nothing kept.
 */
import {
  assign,
  copy,
  DtypeError,
  full,
  type NdArray,
  randomNormal,
  ShapeError,
  ValueError,
  zeros,
} from '@retrograd/arrays';
import { plainKernels, useKernels } from '@retrograd/kernels';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { loaded, randomCase } from '../support/layer-cases.js';
import { LAYERS } from '../support/layer-table.js';
import { growthOver } from '../support/memory.js';

export const kernels = 'all';

for (const layer of LAYERS) {
  const { className } = layer;

  for (const dtype of ['float64', 'float32'] as const) {
    test(`${className}: steps with the state carried give forward bit for bit, in ${dtype}`, () => {
      const before = useKernels(plainKernels);
      try {
        // Batches on both sides of the size from which products are packed.
        for (const B of [1, 2, 3, 4, 5, 9]) {
          const each = randomCase(layer, { B, T: 12, I: 5, H: 7 }, B, dtype);
          const made = loaded(layer, each, { dtype });
          const [h_all, ...final] = layer.fns.forward(
            each.x,
            ...each.state,
            ...(layer.name === 'rnn' ? layer.params.map((p) => each.params[p]) : [each.params]),
          ) as NdArray[];
          let state: readonly NdArray[] = each.state;
          for (let t = 0; t < each.T; t++) {
            const given = state.map((s) => copy(s));
            const [h_t, next] = made.step(each.x.pick(null, t, null), state);
            assertSameBits(h_t, copy(h_all.pick(null, t, null)), `${each.title}, h at ${t}`);
            assertSameBits(next[0], h_t, 'the state carries h_t');
            state.forEach((s, i) => assertSameBits(copy(s), given[i], 'the state given was changed'));
            state = next;
          }
          state.forEach((s, i) => assertSameBits(s, final[i], `${each.title}, ${layer.states[i]}_final`));
        }
      } finally {
        useKernels(before);
      }
    });
  }

  test(`${className}: steps give forward to 1e-14 on the kernels in use, and each sample as if it were alone`, () => {
    const each = randomCase(layer, { B: 6, T: 10, I: 4, H: 8 }, 21);
    const made = loaded(layer, each);
    const forward = made.forward.bind(made) as (...args: NdArray[]) => NdArray;
    const h_all = forward(each.x, ...each.state);
    let state: readonly NdArray[] = each.state;
    let alone: readonly NdArray[] = each.state.map((s) => copy(s.hi(1, each.H)));
    for (let t = 0; t < each.T; t++) {
      const x_t = each.x.pick(null, t, null);
      const [h_t, next] = made.step(x_t, state);
      const [first, after] = made.step(x_t.hi(1, each.I), alone);
      assertClose(h_t, h_all.pick(null, t, null), `h at ${t}`, { rtol: 1e-14, atol: 1e-15 });
      assertClose(first, h_t.hi(1, each.H), `the first sample at ${t}`, { rtol: 1e-14, atol: 1e-15 });
      [state, alone] = [next, after];
    }
  });

  test(`${className}: h_t and the state share no memory, so either may be changed`, () => {
    const each = randomCase(layer, { B: 2, T: 1, I: 3, H: 4 }, 22);
    const made = loaded(layer, each);
    const [h_t, state] = made.step(each.x_t, each.state);
    const expected = made.step(each.x_t, state);
    h_t.data.fill(5);
    assertSameBits(made.step(each.x_t, state)[0], expected[0], 'the next step');
  });

  test(`${className}: advance gives the bits of step in the memory of the state, whatever view that is`, () => {
    const each = randomCase(layer, { B: 2, T: 5, I: 3, H: 4 }, 24);
    const made = loaded(layer, each);
    const own = each.state.map((s) => copy(s));
    // Every second row of a larger array, which keeps its other rows.
    const around = each.state.map(() => full([4, 4], 7));
    const views = around.map((s) => s.step(2, 1));
    views.forEach((view, i) => assign(view, each.state[i]));
    let state: readonly NdArray[] = each.state;
    for (let t = 0; t < each.T; t++) {
      const x_t = each.x.pick(null, t, null);
      const [h_t, next] = made.step(x_t, state);
      assert.is(made.advance(x_t, own), own[0]);
      made.advance(x_t, views);
      assertSameBits(own[0], h_t, 'h_t');
      next.forEach((s, i) => {
        assertSameBits(own[i], s, `state ${i}`);
        assertSameBits(copy(views[i]), s, `state ${i} in a view`);
      });
      state = next;
    }
    for (const { data } of around)
      assert.equal([...data.subarray(4, 8), ...data.subarray(12)], Array(8).fill(7));
  });

  test(`${className}: advance refuses what does not fit, and leaves the state as it was`, () => {
    const each = randomCase(layer, { B: 2, T: 1, I: 3, H: 4 }, 25);
    const made = loaded(layer, each);
    const state = each.state.map((s) => copy(s));
    const narrow = each.state.map((s) => copy(s, { dtype: 'float32' }));
    const wide = zeros([2, 5]);
    assert.throws(
      () => made.advance(wide, state),
      (e: unknown) => e instanceof ShapeError,
    );
    assert.throws(
      () => made.advance(each.x_t, state.slice(1)),
      (e: unknown) => e instanceof ValueError,
    );
    assert.throws(() => made.advance(each.x_t, undefined as never), /start with zeroState/);
    assert.throws(
      () => made.advance(each.x_t, narrow),
      (e: unknown) => e instanceof DtypeError,
    );
    assert.throws(
      () => made.advance(each.x_t, [...state.slice(1), wide]),
      (e: unknown) => e instanceof ShapeError,
    );
    for (const given of [state, narrow]) {
      given.forEach((s, i) => {
        assertSameBits(
          s,
          copy(each.state[i], { dtype: given === narrow ? 'float32' : 'float64' }),
          `state ${i}`,
        );
      });
    }
  });

  test(`${className}: step does not disturb a forward that waits for its backward`, () => {
    const each = randomCase(layer, { B: 2, T: 4, I: 3, H: 4 }, 23);
    const [made, quiet] = [loaded(layer, each), loaded(layer, each)];
    const forward = (m: typeof made): NdArray => (m.forward as (x: NdArray) => NdArray).call(m, each.x);
    forward(made);
    forward(quiet);
    made.step(each.x_t, each.state);
    assertSameBits(made.backward(each.grad_h_all), quiet.backward(each.grad_h_all), 'grad_x');
  });

  test(`${className}: nothing is kept over 30,000 steps`, () => {
    const made = layer.make(8, 16, { seed: 1 });
    const x_t = randomNormal([1, 8], { seed: 2 });
    let state = made.zeroState(1);
    // A state kept from every step would be 128 bytes of data and more of object each: 4 MB.
    const grown = growthOver(5000, () => {
      state = made.step(x_t, state)[1];
    });
    assert.ok(grown < 500_000, `memory grew by ${grown} bytes`);
  });
}

test.run();
