/** backward and grad on small graphs whose gradients are known. */

import {
  array,
  full,
  GraphError,
  type NdArray,
  Random,
  randomNormal,
  ShapeError,
  toNested,
} from '@retrograd/arrays';
import {
  add,
  backward,
  concat,
  constant,
  exp,
  grad,
  log,
  mul,
  parameter,
  reshape,
  split,
  sum,
  type Tensor,
  tensor,
  transpose,
  unstack,
} from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertFresh, assertSameBits } from '../support/assert-arrays.js';
import { throws } from '../support/throws.js';

const gradOf = (leaf: Tensor): unknown => toNested(leaf.grad as NdArray);

test('a non-leaf diamond adds up the gradients of both ways, each once', () => {
  const x = parameter([1, 2]);
  const y = mul(x, 3);
  const z = add(mul(y, y), y);
  backward(sum(z));
  // z = 9x² + 3x
  assert.equal(gradOf(x), [21, 39]);
});

test('a ladder of 60 diamonds gives 2^60: every call runs once, not once a path', () => {
  const x = parameter(1);
  let y: Tensor = x;
  for (let i = 0; i < 60; i++) y = add(y, y);
  backward(y);
  assert.is(gradOf(x), 2 ** 60);
});

test('x·x has the gradient 2x', () => {
  const x = parameter([3, -4]);
  backward(sum(mul(x, x)));
  assert.equal(gradOf(x), [6, -8]);
});

test('one cotangent goes to two parents, and adding to one leaves the other alone', () => {
  const a = parameter([1, 1]);
  const b = parameter([2, 2]);
  const p = mul(a, 1);
  const q = mul(b, 1);
  // add hands the same cotangent to p and q; p then gets two more.
  const loss = sum(add(add(add(p, q), p), p));
  backward(loss);
  assert.equal(gradOf(a), [3, 3]);
  assert.equal(gradOf(b), [1, 1]);
});

test('a cotangent that was summed up and then goes to two parents is not added to for one of them', () => {
  const a = parameter([1, 1]);
  const b = parameter([2, 2]);
  const [p, q] = [mul(a, 1), mul(b, 1)];
  const older = mul(p, 5);
  const s = add(p, q);
  // The cotangent of s is a sum, 1 + 1. It goes to p and q; then p, and only p, gets 5 more.
  backward(sum(add(add(s, s), older)));
  assert.equal(gradOf(a), [7, 7]);
  assert.equal(gradOf(b), [2, 2]);
});

test('gradients of two leaves that got the same cotangent do not share memory', () => {
  const a = parameter([1, 2]);
  const b = parameter([3, 4]);
  backward(sum(add(a, b)));
  assert.ok((a.grad as NdArray).data !== (b.grad as NdArray).data);
  (a.grad as NdArray).data[0] = 9;
  assert.equal(gradOf(b), [1, 1]);
});

test('a gradient of another shape than its leaf, set by hand, is refused before anything is added', () => {
  const [a, b] = [parameter([1, 2]), parameter([3, 4])];
  a.grad = full([2], 5);
  b.grad = full([1], 5);
  const loss = sum(mul(a, b));
  try {
    backward(loss);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ShapeError);
    assert.is((error as Error).message, 'backward: grad must be [2], got [1]');
  }
  assert.equal(gradOf(a), [5, 5]);
  b.grad = full([2], 5, { dtype: 'float32' });
  backward(loss);
  assert.equal(
    [gradOf(a), gradOf(b)],
    [
      [8, 9],
      [6, 7],
    ],
  );
});

test('a cotangent that was handed in is not changed, nor is it the gradient that comes out', () => {
  const x = parameter([1, 2]);
  const cotangent = array([5, 7]);
  const y = add(x, 0);
  backward(add(y, y), cotangent);
  backward(x, cotangent);
  assert.equal(toNested(cotangent), [5, 7]);
  assert.equal(gradOf(x), [15, 21]);
  assertFresh(x.grad as NdArray, [cotangent], 'gradient');
});

test('outputs that nothing uses count as zeros', () => {
  const x = parameter([1, 2, 3, 4, 5, 6]);
  const [, b] = split(x, 3);
  backward(sum(mul(b, b)));
  assert.equal(gradOf(x), [0, 0, 6, 8, 0, 0]);
});

test('an output used twice and another never', () => {
  const x = parameter([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const [a, , c] = unstack(x);
  backward(sum(mul(add(a, c), a)));
  // (a + c) a: 2a + c, and a
  assert.equal(gradOf(x), [
    [7, 10],
    [0, 0],
    [1, 2],
  ]);
});

test('gradients of leaves accumulate over backward passes until they are set to null', () => {
  const x = parameter([1, 2]);
  const loss = (): Tensor => sum(mul(x, x));
  backward(loss());
  const first = x.grad as NdArray;
  backward(loss());
  assert.equal(gradOf(x), [4, 8]);
  assert.equal(toNested(first), [2, 4], 'the array of the first pass stays as it was');
  x.grad = null;
  backward(loss());
  assert.equal(gradOf(x), [2, 4]);
});

test('backward five times over one graph gives the same bits five times', () => {
  const rng = new Random(7);
  const [a, b] = [parameter(randomNormal([4, 3], { rng })), parameter(randomNormal([3, 4], { rng }))];
  const y = mul(add(a, transpose(b)), exp(a));
  const loss = sum(log(add(mul(y, y), 1)));
  const seen: NdArray[][] = [];
  for (let i = 0; i < 5; i++) {
    a.grad = b.grad = null;
    backward(loss);
    seen.push([a.grad as unknown as NdArray, b.grad as unknown as NdArray]);
  }
  for (const [i, [ga, gb]] of seen.entries()) {
    assertSameBits(ga, seen[0][0], `a, pass ${i}`);
    assertSameBits(gb, seen[0][1], `b, pass ${i}`);
  }
});

test('only leaves that require grad receive .grad', () => {
  const x = parameter([1, 2]);
  const c = tensor([3, 4]);
  const y = mul(x, c);
  backward(sum(y));
  assert.is(c.grad, null);
  assert.is(y.grad, null);
  assert.equal(gradOf(x), [3, 4]);
});

test('a leaf that is its own loss has the gradient 1', () => {
  const x = parameter(5);
  backward(x);
  assert.is(gradOf(x), 1);
});

test('a leaf in the graph that no gradient reaches gets zeros', () => {
  const x = parameter([1, 2]);
  const y = parameter([1, 2]);
  const [a, b] = split(concat([x, y]), 2);
  backward(sum(a));
  assert.equal(gradOf(x), [1, 1]);
  assert.equal(gradOf(y), [0, 0]);
  assert.equal(toNested(b.value), [1, 2]);
});

test('grad answers for inner tensors and leaves at once and leaves .grad alone', () => {
  const x = parameter([2, 3]);
  const y = mul(x, x);
  const z = mul(y, 5);
  const [gx, gy, gz] = grad(sum(z), [x, y, z]);
  assert.equal(toNested(gx.value), [20, 30]);
  assert.equal(toNested(gy.value), [5, 5]);
  assert.equal(toNested(gz.value), [1, 1]);
  assert.is(x.grad, null);
  assert.not(gx.requiresGrad);
});

test('grad of one tensor returns one tensor, also for the tensor itself', () => {
  const x = parameter(3);
  assert.is(grad(mul(x, x), x).item(), 6);
  assert.is(grad(x, x).item(), 1);
  const y = mul(x, 2);
  assert.is(grad(y, y).item(), 1);
});

test('grad sums over several results, each with its cotangent', () => {
  const x = parameter([1, 2]);
  const [y, z] = [mul(x, 2), mul(x, x)];
  const cotangent = [array([1, 10]), tensor([100, 1000])];
  assert.equal(toNested(grad([y, z], x, { cotangent }).value), [202, 4020]);
  assert.equal(toNested(grad([y, y], x, { cotangent: [array([1, 1]), array([1, 2])] }).value), [4, 6]);
});

test('an x that y does not depend on, or that is newer than y, has a zero gradient', () => {
  const x = parameter([1, 2]);
  const other = parameter([[1], [2]]);
  const y = sum(mul(x, x));
  const newer = mul(y, x);
  const [g, h] = grad(y, [other, newer]);
  assert.equal(toNested(g.value), [[0], [0]]);
  assert.equal(toNested(h.value), [0, 0]);
});

test('gradients that grad returns are arrays of their own', () => {
  const x = parameter([1, 2]);
  const y = parameter([1, 2]);
  const cotangent = array([3, 4]);
  const [gx, gy] = grad(add(x, y), [x, y], { cotangent });
  assertFresh(gx.value, [gy.value, cotangent], 'gradient');
});

test('with createGraph the third and fourth derivatives come out', () => {
  const x = parameter(2);
  let y = mul(mul(x, x), mul(x, x));
  const found: number[] = [];
  for (let order = 1; order <= 4; order++) {
    y = grad(y, x, { createGraph: true });
    found.push(y.item());
  }
  assert.equal(found, [32, 48, 48, 24]);
});

test('without createGraph the gradient is a constant', () => {
  const x = parameter(2);
  assert.not(grad(mul(x, x), x).requiresGrad);
  assert.ok(grad(mul(x, x), x, { createGraph: true }).requiresGrad);
});

test('a gradient penalty trains: backward through grad', () => {
  const x = parameter([1, 2, 3]);
  const y = sum(mul(mul(x, x), x));
  const g = grad(y, x, { createGraph: true });
  backward(sum(mul(g, g)));
  // Σ (3x²)² = Σ 9x⁴, with the gradient 36x³
  assert.equal(gradOf(x), [36, 288, 972]);
});

test('the cotangent can be differentiated too', () => {
  const x = parameter([1, 2]);
  const v = parameter([5, 6]);
  const g = grad(mul(x, x), x, { cotangent: v, createGraph: true });
  assert.equal(toNested(grad(sum(g), v).value), [2, 4]);
});

test('gradients have the dtype of what they belong to, in mixed graphs too', () => {
  const x = parameter(array([1, 2], { dtype: 'float32' }));
  const w = parameter([0.1, 0.2]);
  const y = mul(add(x, x), w);
  assert.is(y.dtype, 'float64');
  const [gx, gw] = grad(sum(y), [x, w], { createGraph: true });
  assert.is(gx.dtype, 'float32');
  assert.is(gw.dtype, 'float64');
  assert.is(grad(sum(gx), w).dtype, 'float64');
  backward(sum(y));
  assert.is((x.grad as NdArray).dtype, 'float32');
  assert.equal(toNested(x.grad as NdArray), [Math.fround(0.1) * 2, Math.fround(0.2) * 2].map(Math.fround));
});

test('detach stops gradients and shares memory', () => {
  const x = parameter([2, 3]);
  const y = mul(x, x);
  backward(sum(mul(y.detach(), x)));
  assert.equal(gradOf(x), [4, 9]);
  assert.is(y.detach().value, y.value);
});

test('tensor and parameter copy what they are given', () => {
  const data = array([1, 2]);
  const x = parameter(data);
  data.data[0] = 9;
  assert.equal(toNested(x.value), [1, 2]);
  assert.is(constant(data).value, data);
  assert.is(tensor([1], { dtype: 'float32' }).dtype, 'float32');
  assert.is(tensor(array([1], { dtype: 'float32' })).dtype, 'float32');
});

test('wrong calls of backward, grad and tensors are refused with what is wrong', () => {
  const x = parameter([1, 2]);
  const y = mul(x, x);
  const c = tensor([1, 2]);
  throws(
    () => backward(c),
    GraphError,
    'backward: loss must be computed from a tensor that requires grad, got a constant',
  );
  throws(
    () => backward(y),
    ShapeError,
    'backward: loss must be of one element, got [2]; reduce it or give a cotangent',
  );
  throws(() => backward(y, array([1])), ShapeError, 'backward: cotangent must be [2], got [1]');
  throws(
    () => grad(y, x),
    ShapeError,
    'grad: loss must be of one element, got [2]; reduce it or give a cotangent',
  );
  throws(
    () => grad(sum(y), [x, c]),
    GraphError,
    'grad: xs[1] must be a tensor that requires grad, got a constant',
  );
  throws(
    () => grad(c, x),
    GraphError,
    'grad: loss must be computed from a tensor that requires grad, got a constant',
  );
  throws(
    () => grad([y, y], x, { cotangent: array([1, 1]) }),
    ShapeError,
    'grad: loss must be of one element, got [2]; reduce it or give a cotangent',
  );
  throws(() => y.item(), ShapeError, 'item: tensor must be of one element, got [2]');
  assert.is(x.grad, null, 'a refused pass leaves no gradient behind');
});

test('a vjp that fails half way leaves every gradient as it was', () => {
  const x = parameter([1, 2]);
  const y = reshape(mul(x, x), [2, 1]);
  x.update((value) => value.set(0, 7));
  throws(
    () => backward(sum(y)),
    GraphError,
    'mul: its inputs must be unchanged between forward and backward, got one that was updated in place; run the forward again after an update',
  );
  assert.is(x.grad, null);
});

test.run();
