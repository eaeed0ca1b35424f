/** The recording switch, and in-place updates. */

import { GraphError, toNested } from '@retrograd/arrays';
import {
  backward,
  grad,
  isRecording,
  mul,
  noGrad,
  parameter,
  slice,
  sum,
  transpose,
} from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { throws } from '../support/throws.js';

test('what noGrad computes is a constant, and recording is on again after it', () => {
  const x = parameter([1, 2]);
  const y = noGrad(() => {
    assert.not(isRecording());
    return mul(x, x);
  });
  assert.not(y.requiresGrad);
  assert.is(y.call, null);
  assert.ok(isRecording());
  assert.ok(mul(x, x).requiresGrad);
});

test('noGrad restores the switch after a throw, and inner calls restore the outer state', () => {
  assert.throws(() =>
    noGrad(() => {
      throw new Error('inside');
    }),
  );
  assert.ok(isRecording());
  noGrad(() => {
    noGrad(() => 0);
    assert.not(isRecording());
  });
  assert.ok(isRecording());
});

test('backward and grad restore the switch too, when a vjp throws', () => {
  const x = parameter([1, 2]);
  const y = sum(mul(x, x));
  x.update(() => {});
  assert.throws(() => backward(y));
  assert.ok(isRecording());
  noGrad(() => {
    const z = parameter(1);
    assert.throws(() => grad(y, x, { createGraph: true }));
    assert.not(mul(z, z).requiresGrad);
  });
});

test('noGrad refuses async functions before they run, and promises', async () => {
  let ran = false;
  const remedy = 'wrap the synchronous parts one by one';
  throws(
    () =>
      noGrad(async () => {
        ran = true;
      }),
    GraphError,
    `noGrad: fn must be synchronous, got an async function; ${remedy}`,
  );
  assert.not(ran);
  const promise = Promise.resolve(1);
  throws(() => noGrad(() => promise), GraphError, `noGrad: fn must be synchronous, got a promise; ${remedy}`);
  assert.ok(isRecording());
});

test('a graph that was recorded can be differentiated inside noGrad', () => {
  const x = parameter(3);
  const y = mul(x, x);
  assert.is(noGrad(() => grad(y, x)).item(), 6);
});

test('update changes a leaf, and a graph made before is refused', () => {
  const w = parameter([1, 2]);
  const before = sum(mul(w, w));
  w.update((value) => value.set(0, 5));
  assert.equal(toNested(w.value), [5, 2]);
  assert.throws(() => backward(before), /mul: its inputs must be unchanged/);
  backward(sum(mul(w, w)));
  assert.equal(toNested(w.grad!), [10, 4]);
});

test('views share the counter of what they look at, in both directions of time', () => {
  const w = parameter([
    [1, 2],
    [3, 4],
  ]);
  const view = slice(transpose(w), [[0, 1]]);
  const y = sum(mul(view, view));
  w.update((value) => value.set(0, 0, 9));
  assert.throws(() => backward(y), /mul: its inputs must be unchanged/);
});

test('a detached tensor shares the counter', () => {
  const w = parameter([1, 2]);
  const y = sum(mul(w, w));
  w.detach().update((value) => value.set(0, 9));
  assert.throws(() => backward(y), /mul: its inputs must be unchanged/);
});

test('only leaves can be updated', () => {
  const x = parameter([1]);
  throws(
    () => mul(x, x).update(() => {}),
    GraphError,
    'update: tensor must be a leaf, got the output of mul',
  );
});

test.run();
