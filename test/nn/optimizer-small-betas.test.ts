/**
 * Optimizers whose running averages forget fast. A decay below one half takes another branch of the
 * interpolation than the usual decays, which the comparison with PyTorch uses; here the oracle is the formula
 * of the docstring.
 */

import { array } from '@retrograd/arrays';
import { parameter } from '@retrograd/autograd';
import { Adam, RMSprop } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

export const kernels = 'all';

const start = 0.7;
const gradients = [0.5, -1.25, 0.3, 2, -0.1];

/** The parameter after each step of an optimizer of one number. */
function walk(make: (p: ReturnType<typeof parameter>) => Adam | RMSprop): number[] {
  const p = parameter([start]);
  const optimizer = make(p);
  return gradients.map((g) => {
    p.grad = array([g]);
    optimizer.step();
    return p.value.get(0);
  });
}

const check = (actual: number[], expected: number[]) => {
  expected.forEach((value, t) => {
    assert.ok(Math.abs(actual[t] - value) < 1e-14, `step ${t + 1}: ${actual[t]} is not ${value}`);
  });
};

test('Adam with betas below one half follows its formula', () => {
  const [lr, beta1, beta2, eps] = [0.01, 0.3, 0.4, 1e-8];
  let [p, m, v] = [start, 0, 0];
  const expected = gradients.map((g, t) => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const [mHat, vHat] = [m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))];
    p -= (lr * mHat) / (Math.sqrt(vHat) + eps);
    return p;
  });
  check(
    walk((x) => new Adam([x], { lr, betas: [beta1, beta2], eps })),
    expected,
  );
});

test('centered RMSprop with alpha below one half follows its formula', () => {
  const [lr, alpha, eps] = [0.01, 0.3, 1e-8];
  let [p, s, a] = [start, 0, 0];
  const expected = gradients.map((g) => {
    s = alpha * s + (1 - alpha) * g * g;
    a = alpha * a + (1 - alpha) * g;
    p -= (lr * g) / (Math.sqrt(s - a * a) + eps);
    return p;
  });
  check(
    walk((x) => new RMSprop([x], { lr, alpha, eps, centered: true })),
    expected,
  );
});

test.run();
