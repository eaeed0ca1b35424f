/**
 * The kernel of cross-entropy on every kernel set, against the formula: sizes, extremes, and what must not be
 * touched.
 */

import { type FloatData, Random } from '@retrograd/arrays';
import { type Kernels, plainKernels, wasmKernels } from '@retrograd/kernels';
import { crossEntropyRows } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const SEED = 83;

const sets = [plainKernels, wasmKernels({ relaxed: false }), wasmKernels()].filter(
  (set): set is Kernels => set !== null,
);

type Float = typeof Float32Array | typeof Float64Array;

/** The formula in doubles: sums, x_target - m, gradient. */
function formula(V: number, x: FloatData, targets: readonly number[], scale: number) {
  const grad = new Float64Array(x.length);
  const rows = targets.flatMap((target, n) => {
    const row = Array.from(x.subarray(n * V, (n + 1) * V));
    const m = Math.max(...row);
    const e = row.map((v) => Math.exp(v - m));
    const sum = e.reduce((a, b) => a + b, 0);
    // 1 - p from the other classes, which loses nothing where p is near 1.
    const others = e.reduce((a, b, v) => (v === target ? a : a + b), 0);
    row.forEach((_, v) => {
      grad[n * V + v] = scale * (v === target ? -others / sum : e[v] / sum);
    });
    return [sum, row[target] - m];
  });
  return { rows, grad };
}

function compute(set: Kernels, x: FloatData, targets: readonly number[], scale = 1, wanted = true) {
  const rows = Float64Array.from(targets.flatMap((target) => [target, 7]));
  const grad = wanted ? x.slice().fill(7) : null;
  crossEntropyRows(set.sequence, x, rows, scale, grad);
  return { rows: Array.from(rows), grad };
}

function near(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  rtol: number,
  message: string,
  atol = 1e-44,
): void {
  assert.is(actual.length, expected.length, message);
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i] - expected[i]);
    // Beside rtol: denormal floats have fewer digits.
    if (!(off <= rtol * Math.abs(expected[i]) + atol)) {
      assert.unreachable(`${message}: entry ${i} is ${actual[i]}, expected ${expected[i]}`);
    }
  }
}

const toleranceOf = (F: Float): number => (F === Float64Array ? 4e-15 : 1e-6);

for (const set of sets) {
  for (const F of [Float32Array, Float64Array] as Float[]) {
    const name = `${set.name}, ${F.name}`;

    test(`${name}: rows of every size give the sums and the gradient of the formula`, () => {
      const rng = new Random(SEED);
      for (const V of [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 132, 133, 1025]) {
        for (const N of [1, 3, 300]) {
          const x = new F(N * V).map(() => 3 * rng.normal());
          const before = x.slice();
          const targets = Array.from({ length: N }, () => rng.integer(V));
          const expected = formula(V, x, targets, -0.37);
          const { rows, grad } = compute(set, x, targets, -0.37);
          const label = `seed ${SEED}, ${N} rows of ${V}`;
          near(rows, expected.rows, toleranceOf(F), `${label}: rows`);
          // p - 1 is right to about an ulp of 1.
          near(grad as FloatData, expected.grad, 4 * toleranceOf(F), `${label}: grad`, 2e-16);
          assert.equal(x, before, `${label}: logits`);
          assert.equal(compute(set, x, targets, 1, false).rows, rows, `${label}: without gradient`);
        }
      }
    });

    test(`${name}: extreme logits neither overflow nor lose the gradient`, () => {
      const huge = F === Float64Array ? 1e300 : 3e38;
      const tiny = F === Float64Array ? 5e-324 : 1.4e-45;
      for (const values of [
        [1e3, -1e3, 745, -745],
        [huge, huge, -huge, 0],
        [-huge, -huge, -huge, -huge],
        [tiny, -tiny, 0, -0],
        [Number.NEGATIVE_INFINITY, 1, 2, Number.NEGATIVE_INFINITY],
      ]) {
        // As short as it is, and long enough for the fast kernels.
        for (const V of [4, 516]) {
          const x = new F(V).map((_, i) => values[i % 4]);
          for (const target of [1, V - 2]) {
            const expected = formula(V, x, [target], 1);
            const { rows, grad } = compute(set, x, [target]);
            near(rows, expected.rows, toleranceOf(F), `${values}`);
            near(grad as FloatData, expected.grad, 4 * toleranceOf(F), `${values}`);
          }
        }
      }
    });

    test(`${name}: where the model is sure of the target the gradient keeps its digits`, () => {
      for (const V of [3, 300]) {
        const x = new F(V).fill(-16);
        x[1] = 0;
        const { grad } = compute(set, x, [1]);
        const others = (V - 1) * Math.exp(-16);
        near([(grad as FloatData)[1]], [-others / (1 + others)], F === Float64Array ? 1e-8 : 1e-6, `V ${V}`);
      }
    });

    test(`${name}: a row without a softmax is NaN and spoils no other`, () => {
      const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
      for (const bad of [nan, infinity, -infinity]) {
        for (const V of [2, 200]) {
          const x = new F(3 * V).fill(0.5);
          // Nothing but -Infinity, or one of the others, at the end of a row.
          x.fill(bad, bad === -infinity ? V : 2 * V - 1, 2 * V);
          const { rows, grad } = compute(set, x, [0, 0, 0]);
          assert.ok(Number.isNaN(rows[2]), `${bad}: sum`);
          assert.is(rows[0], V);
          assert.is(rows[4], V);
          const bads = Array.from(grad as FloatData, (g, i) => Number.isNaN(g) === (i >= V && i < 2 * V));
          assert.ok(
            bads.every((right) => right),
            `${bad}: gradient`,
          );
        }
      }
    });
  }
}

test.run();
