/** scan: any step function over time. */

import { array, GraphError, Random, randomNormal, ShapeError, toNested, zeros } from '@retrograd/arrays';
import {
  add,
  backward,
  concat,
  constant,
  gradCheck,
  matmul,
  mul,
  parameter,
  scan,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { throws } from '../support/throws.js';

const rng = new Random(11);

test('the running sum over time: states, outputs and the final state', () => {
  const x = array([
    [[1], [2], [3]],
    [[10], [20], [30]],
  ]);
  const times: number[] = [];
  const [last, all] = scan(
    (state, x_t, t) => {
      times.push(t);
      const next = add(state, x_t);
      return [next, mul(next, 10)];
    },
    constant(zeros([2, 1])),
    x,
  );
  assert.equal(times, [0, 1, 2]);
  assert.equal(toNested(last.value), [[6], [60]]);
  assert.equal(toNested(all.value), [
    [[10], [30], [60]],
    [[100], [300], [600]],
  ]);
});

test('the gradients of a cell under scan are those of central differences, in both orders', () => {
  const inputs = [
    randomNormal([5, 3], { rng }),
    randomNormal([3], { rng }),
    randomNormal([2, 3], { rng }),
    randomNormal([2, 4, 2], { rng }),
  ];
  gradCheck(
    (W, b, h_0, x) => {
      const [h, ys] = scan(
        (state, x_t) => {
          const h_t = tanh(add(matmul(concat([state, x_t], 1), W), b));
          return [h_t, mul(h_t, x_t.shape[0])];
        },
        h_0,
        x,
      );
      return add(sum(mul(h, h)), sum(ys));
    },
    inputs,
    { order: 2 },
  );
});

test('the state may be several tensors', () => {
  const [[a, b], ys] = scan(
    ([p, q]: readonly Tensor[], x_t) => [[add(p, x_t), mul(q, x_t)], add(p, q)],
    [constant(array([0])), constant(array([1]))],
    array([[2, 3, 4]]),
  );
  assert.equal(toNested(a.value), [9]);
  assert.equal(toNested(b.value), [24]);
  assert.equal(toNested(ys.value), [[1, 4, 11]]);
});

for (const [B, T] of [
  [0, 3],
  [2, 0],
  [0, 0],
  [1, 1],
]) {
  test(`B = ${B} and T = ${T} give results of the right shape and gradients for everything`, () => {
    const W = parameter(randomNormal([2, 3], { rng }));
    const h_0 = parameter(randomNormal([B, 3], { rng }));
    const x = tensor(randomNormal([B, T, 2], { rng }), { requiresGrad: T > 0 });
    const [h, ys] = scan(
      (state, x_t) => {
        const next = add(state, matmul(x_t, W));
        return [next, concat([next, next], 1)];
      },
      h_0,
      x,
    );
    assert.equal(h.shape, [B, 3]);
    assert.equal(ys.shape, [B, T, 6]);
    backward(sum(ys));
    assert.equal(W.grad?.shape, [2, 3]);
    assert.equal(h_0.grad?.shape, [B, 3]);
    if (B * T === 0) assert.ok([...W.grad!.data, ...h_0.grad!.data].every((g) => g === 0));
    if (T > 0) assert.equal(x.grad?.shape, [B, T, 2]);
  });
}

test('with T = 0 a step that would give NaN on zeros leaves no NaN in the gradients', () => {
  const w = parameter([2]);
  const [, ys] = scan(
    (state, x_t) => {
      const y = mul(w, mul(x_t, Number.POSITIVE_INFINITY));
      return [state, y];
    },
    constant(zeros([1])),
    zeros([1, 0]),
  );
  backward(sum(ys));
  assert.equal(toNested(w.grad!), [0]);
});

test('wrong calls are refused with what is wrong', () => {
  const h = constant(zeros([2]));
  const step = (): never => undefined as never;
  throws(() => scan(step, h, zeros([2])), ShapeError, 'scan: xs must be [batch, time, …], got [2]');
  throws(
    () => scan(step, h, zeros([2, 1])),
    GraphError,
    'scan: step must be a function that returns [state, y_t], got undefined',
  );
  const one = ((state: Tensor) => state) as never;
  throws(
    () => scan(one, h, zeros([2, 1])),
    GraphError,
    'scan: step must be a function that returns [state, y_t], got a Tensor',
  );
  const three = ((state: Tensor) => [state, state, state]) as never;
  throws(
    () => scan(three, h, zeros([2, 1])),
    GraphError,
    'scan: step must be a function that returns [state, y_t], got a list of 3',
  );
  let t = 0;
  throws(
    () => scan((state) => [state, constant(zeros([2, ++t]))], h, zeros([2, 2])),
    ShapeError,
    'stack: xs[1] must be [2, 1], got [2, 2]',
  );
});

test.run();
