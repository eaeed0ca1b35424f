/**
 * Every array that is handed out owns its whole buffer: users transfer buffers, read their bytes, or keep one
 * array of many. And none is handed out that something else may still write to.
 */

import { type NdArray, Random, randomNormal } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';
import {
  add,
  backward,
  concat,
  crossEntropy,
  grad,
  lift,
  matmul,
  mul,
  parameter,
  scan,
  sigmoid,
  sum,
  type Tensor,
} from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { entriesOf } from '../support/views.js';

function assertOwnsBuffer({ data }: NdArray, what: string): void {
  assert.is(data.byteOffset, 0, `${what} starts its buffer`);
  assert.is(data.buffer.byteLength, data.byteLength, `${what} has its buffer for itself`);
}

interface Net {
  leaves: Record<string, Tensor>;
  inner: Tensor;
  final: Tensor;
  ys: Tensor;
  loss: Tensor;
}

/** A small recurrent net; `once` is a leaf that is used by one call only, `bias` by a call a step. */
function run(seed: number, dtype: k.Dtype): Net {
  const random = new Random(seed);
  const draw = (...shape: number[]): NdArray => randomNormal(shape, { rng: random, dtype });
  const leaves = {
    W: parameter(draw(7, 4)),
    bias: parameter(draw(4)),
    once: parameter(draw(1, 4)),
    large: parameter(draw(4, 300)),
    scale: parameter(draw()),
    x: parameter(draw(1, 5, 3)),
  };
  const inner = add(leaves.once, 0);
  const [final, ys] = scan<Tensor>(
    (h, x_t) => {
      const h_t = sigmoid(add(matmul(concat([h, x_t], 1), leaves.W), leaves.bias));
      return [h_t, mul(h_t, leaves.scale)];
    },
    inner,
    leaves.x,
  );
  return { leaves, inner, final, ys, loss: sum(matmul(ys, leaves.large)) };
}

for (const dtype of ['float64', 'float32'] as const) {
  test(`every gradient and every result owns its buffer (${dtype})`, () => {
    const { leaves, inner, final, ys, loss } = run(1, dtype);
    assertOwnsBuffer(final.value, 'the final state');
    assertOwnsBuffer(ys.value, 'the outputs');
    const xs = [inner, ...Object.values(leaves)];
    for (const createGraph of [false, true]) {
      grad(loss, xs, { createGraph }).forEach((each, i) => {
        // With a graph a gradient may be a view, but of an array that is whole in its buffer.
        const { data } = each.value;
        if (createGraph) assert.is(data.buffer.byteLength, data.byteLength);
        else assertOwnsBuffer(each.value, `gradient ${i}`);
      });
    }
    for (const time of ['first', 'second']) {
      backward(loss);
      for (const name in leaves) {
        assertOwnsBuffer(leaves[name]?.grad as NdArray, `${name}.grad the ${time} time`);
      }
    }
    assertOwnsBuffer(mul(final, 2).value, 'what is computed afterwards');
    assertOwnsBuffer(k.sum(final.value), 'an array of the kernels');
  });
}

test('what the backward function of a lifted op allocates owns its buffer', () => {
  const made: NdArray[] = [];
  const twice = lift(
    'twice',
    (x) => [[k.mul(x, k.array(2))], null],
    ([g]) => {
      made.push(k.mul(g as NdArray, k.array(2)));
      return made;
    },
  );
  const x = parameter([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  backward(sum(twice(x)[0] as Tensor));
  assertOwnsBuffer(made[0] as NdArray, 'its gradient');
  assert.is.not((x.grad as NdArray).data, (made[0] as NdArray).data);
});

test('a gradient that a vjp returns again at every pass is handed out as a copy', () => {
  const kept = k.full([20], 3);
  const triple = lift(
    'triple',
    (x) => [[k.mul(x, k.array(3))], null],
    () => [kept],
  );
  const x = parameter(k.ones([20]));
  const loss = sum(triple(x)[0]);
  backward(loss);
  assert.is.not((x.grad as NdArray).data, kept.data);
  (x.grad as NdArray).data.fill(7);
  assert.equal(k.toNested(grad(loss, x).value), k.toNested(k.full([20], 3)));
});

test('a cotangent that reaches two inputs is not added to in place', () => {
  const x = parameter(k.ones([20]));
  const y = parameter(k.ones([20]));
  // The cotangent of add goes to both; x gets two more, which are added to a sum of its own.
  const loss = sum(add(add(x, y), add(mul(x, 2), mul(x, 4))));
  const [gx, gy] = grad(loss, [x, y]);
  assertSameBits(gx.value, k.full([20], 7), 'x');
  assertSameBits(gy.value, k.full([20], 1), 'y');
});

test('addMatmul adds the product where it is allowed to, and says when it is not', () => {
  const random = new Random(6);
  for (const dtype of ['float64', 'float32'] as const) {
    for (const [M, K, N] of [
      [5, 1, 9],
      [1, 6, 3],
      [6, 5, 4],
    ] as const) {
      const draw = (...shape: number[]): NdArray => randomNormal(shape, { rng: random, dtype });
      const pairs = [
        [draw(M, K), draw(K, N)],
        [k.transpose(draw(K, M)), k.transpose(draw(N, K))],
      ] as const;
      for (const [a, b] of pairs) {
        const target = k.zeros([M, N], { dtype });
        assert.ok(k.addMatmul(target, a, b));
        assertSameBits(target, k.matmul(a, b), `${dtype} ${[M, K, N]}`);
        assert.ok(k.addMatmul(target, a, b));
        assert.equal(entriesOf(target), entriesOf(k.add(k.matmul(a, b), k.matmul(a, b))));
      }
    }
  }
  const [a, b] = [k.ones([2, 3]), k.ones([3, 2])];
  assert.not.ok(k.addMatmul(k.zeros([2, 2], { dtype: 'float32' }), a, b));
  assert.not.ok(k.addMatmul(k.zeros([2, 2]), k.ones([1, 2, 3]), b));
});

test('the gradient that a cross-entropy keeps is handed out as a copy, whatever is done with it', () => {
  for (const shape of [
    [2, 3],
    [40, 20],
  ]) {
    const logits = parameter(randomNormal(shape, { seed: 7 }));
    const loss = crossEntropy(logits, k.zeros([shape[0]]));
    const [first] = grad(loss, [logits]);
    const expected = k.copy(first.value);
    first.value.data.fill(9);
    for (const times of [1, 2]) {
      backward(loss);
      assertSameBits(logits.grad as NdArray, k.mul(expected, k.full([], times)), `${times} passes`);
    }
    logits.grad?.data.fill(9);
    logits.grad = null;
    backward(mul(loss, 4));
    assertSameBits(logits.grad as unknown as NdArray, k.mul(expected, k.full([], 4)), 'another cotangent');
  }
});

test.run();
