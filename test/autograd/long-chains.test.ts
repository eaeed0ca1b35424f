/** Depth: nothing recurses, and time grows with the length, not with its square. */

import { type NdArray, Random, randomNormal } from '@retrograd/arrays';
import {
  add,
  backward,
  concat,
  grad,
  matmul,
  mul,
  parameter,
  scan,
  sum,
  tanh,
  tensor,
} from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('a chain of 200,000 ops differentiates', () => {
  const x = parameter(1);
  let y = mul(x, 1);
  for (let i = 1; i < 200_000; i++) y = add(y, 1);
  assert.is(y.item(), 200_000);
  backward(y);
  assert.is((x.grad as NdArray).data[0], 1);
});

test('a second derivative goes through a chain of 20,000 ops', () => {
  const x = parameter(1.5);
  let y = mul(x, x);
  for (let i = 0; i < 20_000; i++) y = add(y, x);
  const g = grad(y, x, { createGraph: true });
  assert.is(g.item(), 3 + 20_000);
  assert.is(grad(g, x).item(), 2);
});

/** CPU time of forward and backward of a composed RNN over T steps. */
function timeOfRNN(T: number): number {
  const rng = new Random(3);
  const W = parameter(randomNormal([5, 3], { rng, std: 0.3 }));
  const b = parameter(randomNormal([3], { rng, std: 0.3 }));
  const x = tensor(randomNormal([2, T, 2], { rng }));
  const h_0 = parameter(randomNormal([2, 3], { rng }));
  const before = process.cpuUsage();
  const [h_final, h_all] = scan(
    (h, x_t) => {
      const h_t = tanh(add(matmul(concat([h, x_t], 1), W), b));
      return [h_t, h_t];
    },
    h_0,
    x,
  );
  backward(add(sum(h_all), sum(h_final)));
  const { user, system } = process.cpuUsage(before);
  assert.equal(h_all.shape, [2, T, 3]);
  for (const p of [W, b, h_0]) assert.ok((p.grad as NdArray).data.every(Number.isFinite));
  return user + system;
}

test('a composed RNN over 5,000 steps differentiates, and ten times the steps take about ten times as long', () => {
  timeOfRNN(500);
  const short = Math.min(timeOfRNN(500), timeOfRNN(500), timeOfRNN(500));
  const long = timeOfRNN(5000);
  // A quadratic pass would take 100 times as long.
  assert.ok(long < 35 * short, `${long / short} times as long`);
});

test.run();
