/** The update rules on arrays of many lengths, which take different ways through the kernels, and their checks. */

import { copy, full, Random, randomNormal, wrap, zeros } from '@retrograd/arrays';
import { parameter, type Tensor } from '@retrograd/autograd';
import { Adam, AdamW, globalNorm, type Optimizer, RMSprop, SGD } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';

export const kernels = 'all';

type Make = (parameters: readonly Tensor[]) => Optimizer;

/** What an optimizer does to one parameter in its step t, and to the arrays that it keeps for it. */
type Formula = (p: number, gradient: number, t: number, kept: number[]) => [p: number, ...kept: number[]];

/** Three steps on arrays of many lengths, against a formula for one entry in double precision. */
function assertFormula(title: string, make: Make, slots: readonly string[], formula: Formula): void {
  for (const dtype of ['float64', 'float32'] as const) {
    for (const n of [1, 5, 1023, 1025, 4098, 16_384 + 3, 40_001]) {
      const rng = new Random(n);
      const p = parameter(randomNormal([n], { rng, dtype }));
      const expected = Float64Array.from(p.value.data);
      const kept = slots.map(() => new Float64Array(n));
      const optimizer = make([p]);
      for (let t = 1; t <= 3; t++) {
        p.grad = randomNormal([n], { rng, dtype });
        const given = copy(p.grad);
        optimizer.step();
        assertSameBits(p.grad, given, 'the gradient stays as it is');
        for (let i = 0; i < n; i++) {
          const before = kept.map((array) => array[i]);
          const [value, ...after] = formula(expected[i], given.data[i], t, before);
          expected[i] = value;
          kept.forEach((array, k) => {
            array[i] = after[k];
          });
        }
      }
      const tolerance = dtype === 'float64' ? { rtol: 1e-13, atol: 1e-14 } : { rtol: 2e-6, atol: 2e-6 };
      const label = `${title}, ${dtype}, ${n} parameters`;
      assertClose(p.value, wrap(expected, [n]), label, tolerance);
      const { arrays } = optimizer.stateDict();
      slots.forEach((slot, k) => {
        assertClose(arrays[`0.${slot}`], wrap(kept[k], [n]), `${label}: ${slot}`, tolerance);
      });
    }
  }
}

test('Adam takes PyTorch’s formula on arrays of every length, also long ones', () => {
  const [lr, beta1, beta2, eps, decay] = [0.01, 0.9, 0.99, 1e-6, 0.05];
  const options = { lr, betas: [beta1, beta2], eps, weightDecay: decay } as const;
  const formula =
    (apart: boolean): Formula =>
    (before, gradient, t, [m, v]) => {
      const p = apart ? before - lr * decay * before : before;
      const g = gradient + (apart ? 0 : decay * p);
      const mean = beta1 * m + (1 - beta1) * g;
      const square = beta2 * v + (1 - beta2) * g * g;
      const root = Math.sqrt(square) / Math.sqrt(1 - beta2 ** t);
      return [p - (lr / (1 - beta1 ** t)) * (mean / (root + eps)), mean, square];
    };
  const slots = ['exp_avg', 'exp_avg_sq'];
  assertFormula('Adam', (p) => new Adam(p, options), slots, formula(false));
  assertFormula('AdamW', (p) => new AdamW(p, options), slots, formula(true));
});

test('RMSprop takes PyTorch’s formula on arrays of every length, also long ones', () => {
  const [lr, alpha, eps, weightDecay] = [0.01, 0.9, 1e-6, 0.05];
  const make: Make = (p) => new RMSprop(p, { lr, alpha, eps, weightDecay });
  assertFormula('RMSprop', make, ['square_avg'], (p, gradient, _t, [s]) => {
    const g = gradient + weightDecay * p;
    const square = alpha * s + (1 - alpha) * g * g;
    return [p - (lr * g) / (Math.sqrt(square) + eps), square];
  });
});

for (const [title, momentum, dampening, nesterov] of [
  ['SGD', 0, 0, false],
  ['SGD with momentum', 0.9, 0.2, false],
  ['SGD with Nesterov momentum', 0.9, 0, true],
] as const) {
  test(`${title} takes PyTorch’s formula on arrays of every length, also long ones`, () => {
    const [lr, weightDecay] = [0.01, 0.05];
    const make: Make = (p) => new SGD(p, { lr, weightDecay, momentum, dampening, nesterov });
    assertFormula(title, make, momentum > 0 ? ['momentum_buffer'] : [], (p, gradient, t, [v = 0]) => {
      const g = gradient + weightDecay * p;
      const velocity = t === 1 ? g : momentum * v + (1 - dampening) * g;
      const change = nesterov ? g + momentum * velocity : velocity;
      return [p - lr * (momentum > 0 ? change : g), velocity];
    });
  });
}

test('a gradient of long arrays that is not finite is found wherever it is, and huge ones are not taken for it', () => {
  const n = 2051;
  for (const place of [0, 1, 2, 3, 1000, n - 1]) {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const p = parameter(zeros([n]));
      const optimizer = new Adam([p]);
      p.grad = zeros([n]);
      p.grad.data[place] = bad;
      assert.throws(() => optimizer.step(), /Adam\.step: gradient of parameters\[0\] must be finite/);
      assert.ok(p.value.data.every((each) => each === 0));
    }
  }
  const p = parameter(zeros([n]));
  p.grad = full([n], 1e200);
  new SGD([p], { lr: 1e-200 }).step();
  assert.ok(p.value.data.every((each) => Math.abs(each + 1) < 1e-15));
});

test('a step that is told the norm of the gradients has the same bits, and trusts a finite one alone', () => {
  const gradient = randomNormal([2051], { seed: 1 });
  const [told, asked] = [true, false].map((isTold) => {
    const p = parameter(zeros([2051]));
    const optimizer = new Adam([p]);
    p.grad = copy(gradient);
    optimizer.step(isTold ? globalNorm([gradient]) : undefined);
    return p.value;
  });
  assertSameBits(told, asked, 'the parameter');
  for (const norm of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const p = parameter(zeros([3]));
    p.grad = full([3], Number.POSITIVE_INFINITY);
    assert.throws(() => new Adam([p]).step(norm), /gradient of parameters\[0\] must be finite/);
  }
});

test.run();
