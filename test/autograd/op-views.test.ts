/**
 * Every op on every kind of view: values and gradients bit for bit those of the dense copy, and the dtype
 * kept.
 */

import { cast, type NdArray, Random, randomNormal } from '@retrograd/arrays';
import { constant, grad, parameter, Tensor } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameProduct } from '../support/assert-arrays.js';
import { OP_CASES, type OpCase } from '../support/op-cases.js';
import { broadcastViewsOf, constantAlong, entriesOf, viewsOf } from '../support/views.js';

const CASES = 6;

/** A leaf over the view itself: `parameter` would make a dense copy. */
const leaf = (value: NdArray): Tensor => new Tensor(value, true, null, { version: 0 });

/** The result, and its gradients for a cotangent (itself handed over as a view). */
function run({ apply }: OpCase, inputs: readonly NdArray[], cotangent?: NdArray): NdArray[] {
  const leaves = inputs.map(leaf);
  const y = apply(...leaves);
  const seed = cotangent ?? randomNormal(y.shape, { rng: new Random(y.size), dtype: y.dtype });
  return [y.value, ...grad(y, leaves, { cotangent: seed }).map((g) => g.value)];
}

for (const [op, makeCase] of Object.entries(OP_CASES)) {
  test(`${op} gives the bits of the dense copy on every kind of view, of inputs and of the cotangent`, () => {
    for (let seed = 1; seed <= CASES; seed++) {
      const example = makeCase(new Random(seed));
      const { inputs } = example;
      const expected = run(example, inputs);
      const agree = (views: readonly NdArray[], name: string): void => {
        const before = views.map(entriesOf);
        run(example, views).forEach((value, i) => {
          assertSameProduct(
            value,
            expected[i],
            `seed ${seed}, ${name}, ${i === 0 ? 'value' : `gradient ${i - 1}`}`,
          );
        });
        views.forEach((each, i) =>
          assert.equal(entriesOf(each), before[i], `${name}: inputs stay as they were`),
        );
      };
      const kinds = inputs.map(viewsOf);
      for (let kind = 0; kind < (kinds[0]?.length ?? 0); kind++) {
        // Input i takes the kind i places further on, so that different kinds meet.
        const views = kinds.map((each, i) => each[(kind + i) % each.length]);
        agree(
          views.map((each) => each.view),
          views.map((each) => each.name).join(' and '),
        );
      }
      const cotangent = randomNormal(expected[0].shape, { rng: new Random(seed) });
      const dense = run(example, inputs, cotangent);
      for (const { name, view } of viewsOf(cotangent)) {
        run(example, inputs, view).forEach((value, i) => {
          assertSameProduct(value, dense[i], `seed ${seed}, cotangent ${name}, result ${i}`);
        });
      }
    }
  });

  test(`${op} gives the bits of the dense copy on inputs broadcast with stride 0`, () => {
    for (let seed = 1; seed <= CASES; seed++) {
      const example = makeCase(new Random(seed));
      for (let i = 0; i < example.inputs.length; i++) {
        for (let axis = 0; axis < example.inputs[i].shape.length; axis++) {
          const inputs = example.inputs.with(i, constantAlong(example.inputs[i], axis));
          const expected = run(example, inputs);
          for (const { name, view } of broadcastViewsOf(inputs[i])) {
            run(example, inputs.with(i, view)).forEach((value, r) => {
              assertSameProduct(value, expected[r], `seed ${seed}, input ${i} ${name}, result ${r}`);
            });
          }
        }
      }
    }
  });

  test(`${op} keeps float32 and stays near the float64 result`, () => {
    for (let seed = 1; seed <= CASES; seed++) {
      const example = makeCase(new Random(seed));
      const single = example.inputs.map((x) => cast(x, 'float32'));
      const double = run(
        example,
        single.map((x) => cast(x, 'float64')),
      );
      run(example, single).forEach((value, r) => {
        assert.is(value.dtype, 'float32', `seed ${seed}, result ${r}`);
        const [a, b] = [entriesOf(value), entriesOf(double[r])];
        if (r > 0) return;
        a.forEach((v, i) => {
          assert.ok(Math.abs(v - b[i]) <= 1e-5 * (1 + Math.abs(b[i])), `seed ${seed}: ${v} and ${b[i]}`);
        });
      });
    }
  });
}

test('constants of float32 and float64 mix to float64, gradients keep the dtype of their input', () => {
  for (const [op, makeCase] of Object.entries(OP_CASES)) {
    const example = makeCase(new Random(1));
    if (example.inputs.length !== 2) continue;
    const [a, b] = [parameter(cast(example.inputs[0], 'float32')), constant(example.inputs[1])];
    const y = example.apply(a, b);
    assert.is(y.dtype, 'float64', op);
    const [g] = grad([y], [a], { cotangent: [randomNormal(y.shape, { seed: 1 })] });
    assert.is(g.dtype, 'float32', op);
  }
});

test.run();
