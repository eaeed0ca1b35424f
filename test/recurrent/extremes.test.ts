/**
 * ±745, ±1e3, ±1e300, denormals and -0 as inputs, states and weights: finite, never NaN, and what a naive
 * oracle computes.
 */
import { copy, type Dtype, type NdArray, Random } from '@retrograd/arrays';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sequenceImplementations } from '../support/implementations.js';
import { type Case, loaded, randomCase } from '../support/layer-cases.js';
import { oracle } from '../support/layer-oracle.js';
import { LAYERS } from '../support/layer-table.js';

export const kernels = 'all';

const VALUES: Record<Dtype, number[]> = {
  float64: [745, -745, 1e3, -1e3, 1e300, -1e300, 5e-324, -5e-324, 2e-310, -0, 0],
  float32: [745, -745, 1e3, -1e3, 1e37, -1e37, 1e-45, -1e-45, 1e-40, -0, 0],
};

const SIZES = { B: 2, T: 3, I: 3, H: 4 };

/** A case in which some entries of one kind of argument are extreme. */
function extremeCase(layer: (typeof LAYERS)[number], where: string, seed: number, dtype: Dtype): Case {
  const each = randomCase(layer, SIZES, seed, dtype);
  const rng = new Random(1000 + seed);
  const values = VALUES[dtype];
  const spoil = (x: NdArray): void => {
    for (let i = 0; i < x.data.length; i++)
      if (rng.integer(3) === 0) x.data[i] = values[rng.integer(values.length)];
  };
  if (where === 'inputs') [each.x, each.x_t].forEach(spoil);
  else if (where === 'states') each.state.forEach(spoil);
  else {
    Object.values(each.params).forEach(spoil);
    calm(layer.name, each.params);
  }
  return each;
}

/**
 * Leaves one huge weight in each sum: the others would cancel it or not as the order of the sum has it, and
 * either result is as good.
 */
function calm(name: string, params: Readonly<Record<string, NdArray>>): void {
  const taken = new Set<string>();
  for (const [key, { data, shape }] of Object.entries(params)) {
    const gate = name === 'rnn' ? '' : key.slice(2);
    for (let i = 0; i < data.length; i++) {
      if (Math.abs(data[i]) < 1e30) continue;
      const sum = `${gate} ${i % shape[shape.length - 1]}`;
      if (taken.has(sum)) data[i] = Math.sign(data[i]) * 1e3;
      taken.add(sum);
    }
  }
}

/**
 * Relative to the largest entry of what is expected, since sums of 1e300 cancel; `atol` is what saturation
 * rounds away besides.
 */
function assertNear(actual: NdArray, expected: NdArray, rtol: number, atol: number, label: string): void {
  assert.equal(actual.shape, expected.shape, label);
  const [a, b] = [copy(actual).data, copy(expected).data];
  const scale = largestOf([expected]);
  for (let i = 0; i < b.length; i++) {
    const near = a[i] === b[i] || Math.abs(a[i] - b[i]) <= rtol * scale + atol;
    assert.ok(Number.isFinite(a[i]) && near, `${label}: entry ${i} is ${a[i]}, expected ${b[i]}`);
  }
}

const largestOf = (arrays: readonly NdArray[]): number =>
  Math.max(...arrays.flatMap((x) => [...copy(x).data].map((v) => Math.abs(v))));

const TIMES = 25;

for (const layer of LAYERS) {
  for (const where of ['inputs', 'states', 'weights']) {
    for (const dtype of ['float64', 'float32'] as const) {
      test(`${layer.name} with extreme ${where}, in ${dtype}: finite, and equal to the oracle in every implementation`, () => {
        for (let seed = 0; seed < TIMES; seed++) {
          const each = extremeCase(layer, where, seed, dtype);
          const args = [each.x, each.state, each.params, each.grad_h_all, each.grad_state] as const;
          const expected = oracle(layer.name, ...args);
          const [rtol, atol] = dtype === 'float64' ? [1e-11, 1e-15] : [1e-4, 1e-6];
          // A gate within 6e-8 of 1 (1e-16 in float64) is 1 and lets nothing through, where a little of a
          // large number was due.
          const lost = atol * Math.max(1, largestOf([each.x, ...each.state, ...Object.values(each.params)]));
          for (const [implementation, run] of Object.entries(sequenceImplementations(layer))) {
            // The classes of sequenceImplementations are float64 ones; they are compared below in float64
            // only.
            if (dtype === 'float32' && implementation.startsWith('class')) continue;
            const label = `${each.title}, extreme ${where}, ${implementation}`;
            const got = run(...args);
            assertNear(got.h_all, expected.h_all, rtol, atol, `${label}, h_all`);
            got.final.forEach((s, i) =>
              assertNear(s, expected.final[i], rtol, atol, `${label}, final state ${i}`),
            );
            for (const [key, g] of Object.entries(got.grads)) {
              assertNear(g, expected.grads[key], rtol, lost, `${label}, gradient of ${key}`);
            }
          }
          const made = loaded(layer, each, { dtype });
          let state: readonly NdArray[] = each.state;
          for (let t = 0; t < each.T; t++) {
            const [h_t, next] = made.step(each.x.pick(null, t, null), state);
            assertNear(h_t, expected.h_all.pick(null, t, null), rtol, atol, `${each.title}, step ${t}`);
            state = next;
          }
        }
      });
    }
  }
}

test.run();
