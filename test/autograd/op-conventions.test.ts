/** What the ops do where the derivative is a matter of convention, and what else their docstrings promise. */

import { array, type NdArray, Random, randomNormal, toNested, wrap } from '@retrograd/arrays';
import * as ag from '@retrograd/autograd';
import { add, constant, grad, parameter, sum, type Tensor } from '@retrograd/autograd';
import { sequenceLoss, sequenceLossBackward } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';

const { Infinity: inf, NaN: nan } = globalThis;

/** Value and gradients (of the sum) as nested lists. */
function values(op: (...xs: Tensor[]) => Tensor, ...inputs: Parameters<typeof parameter>[0][]): unknown[] {
  const leaves = inputs.map((x) => parameter(x));
  const y = op(...leaves);
  return [y.value, ...grad(sum(y), leaves).map((g) => g.value)].map((x) => toNested(x));
}

test('max shares the gradient evenly among ties, over all axes and over one', () => {
  assert.equal(
    values((x) => ag.max(x), [2, 5, 5, 1, 5]),
    [5, [0, 1 / 3, 1 / 3, 0, 1 / 3]],
  );
  const x = [
    [1, 1],
    [0, 2],
    [1, 2],
  ];
  assert.equal(
    values((t) => ag.max(t, 0), x),
    [
      [1, 2],
      [
        [0.5, 0],
        [0, 0.5],
        [0.5, 0.5],
      ],
    ],
  );
  assert.equal(
    values((t) => ag.max(t, -1, true), x),
    [
      [[1], [2], [2]],
      [
        [0.5, 0.5],
        [0, 1],
        [0, 1],
      ],
    ],
  );
  assert.equal(
    values((t) => ag.max(t, 0), [[-inf], [-inf]]),
    [[-inf], [[0.5], [0.5]]],
  );
});

test('maximum gives each of two equal operands half the gradient', () => {
  assert.equal(values(ag.maximum, [1, 2, 3], [2, 2, 2]), [
    [2, 2, 3],
    [0, 0.5, 1],
    [1, 0.5, 0],
  ]);
  assert.equal(
    values((x) => ag.maximum(x, x), [1, 2]),
    [
      [1, 2],
      [1, 1],
    ],
  );
});

test('relu and abs have gradient 0 at 0', () => {
  assert.equal(values(ag.relu, [-1, 0, 2]), [
    [0, 0, 2],
    [0, 0, 1],
  ]);
  assert.equal(values(ag.abs, [-1, 0, 2]), [
    [1, 0, 2],
    [-1, 0, 1],
  ]);
});

test('relu lets no infinite cotangent through where it is off', () => {
  const x = parameter([-1, 2]);
  assert.equal(toNested(grad(ag.relu(x), x, { cotangent: array([inf, inf]) }).value), [0, inf]);
});

test('sqrt at 0 has an infinite gradient, log too', () => {
  assert.equal(values(ag.sqrt, [0, 4]), [
    [0, 2],
    [inf, 0.25],
  ]);
  assert.equal(values(ag.log, [0, 1]), [
    [-inf, 0],
    [inf, 1],
  ]);
});

test('pow: no gradient in x where p is 0, none in p where x is 0 and p at least 0', () => {
  assert.equal(
    values((x) => ag.pow(x, 0), [-2, 0, 3, inf]),
    [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ],
  );
  assert.equal(
    values((x) => ag.pow(x, 1), [-2, 0]),
    [
      [-2, 0],
      [1, 1],
    ],
  );
  assert.equal(
    values((x) => ag.pow(x, 2), [-2, 0]),
    [
      [4, 0],
      [-4, 0],
    ],
  );
  assert.equal(
    values((x) => ag.pow(x, 3), [-2, 0]),
    [
      [-8, 0],
      [12, 0],
    ],
  );
  const [y, gx, gp] = values(ag.pow, [0, 0, 0, 2], [2, 0, 0.5, 0]);
  assert.equal(y, [0, 1, 0, 1]);
  assert.equal(gx, [0, 0, inf, 0]);
  assert.equal(gp, [0, 0, 0, Math.log(2)]);
});

test('the second derivatives of pow at 0 are right, not NaN', () => {
  for (const [p, second] of [
    [0, 0],
    [1, 0],
    [2, 2],
    [3, 0],
  ]) {
    const x = parameter(0);
    const g = grad(ag.pow(x, p), x, { createGraph: true });
    assert.is(g.requiresGrad ? grad(g, x).item() + 0 : 0, second, `p = ${p}`);
  }
});

test('the mixed second derivative of pow at x = 0 is 0, not NaN', () => {
  const [x, p] = [parameter(0), parameter(2)];
  const gp = grad(ag.pow(x, p), p, { createGraph: true });
  assert.is(grad(gp, x).item() + 0, 0);
  assert.is(grad(gp, p).item() + 0, 0);
});

test('where selects: a NaN that is not chosen changes neither value nor gradient', () => {
  const condition = array([1, 0, 1]);
  assert.equal(
    values((a, b) => ag.where(condition, a, b), [1, nan, 3], [nan, 5, nan]),
    [
      [1, 5, 3],
      [1, 0, 1],
      [0, 1, 0],
    ],
  );
});

test('a condition may be of any number type, or a tensor', () => {
  const conditions = [
    wrap(Uint8Array.of(0, 2), [2]),
    wrap([0, 1], [2]),
    array([0, nan]),
    constant(array([0, -1])),
  ];
  for (const condition of conditions) {
    assert.equal(
      values((a, b) => ag.where(condition, a, b), [1, 2], 7),
      [[7, 2], [0, 1], 1],
    );
  }
});

test('a condition that is a tensor gets no gradient', () => {
  const c = parameter([0, 1]);
  const x = parameter([1, 2]);
  const [gc] = grad(sum(ag.where(c, x, 0)), [c]);
  assert.equal(toNested(gc.value), [0, 0]);
});

test('numbers take the dtype of their partner', () => {
  const single = parameter(array([1, 2], { dtype: 'float32' }));
  for (const op of [ag.add, ag.sub, ag.mul, ag.div, ag.maximum, ag.pow]) {
    assert.is(op(single, 0.1).dtype, 'float32');
    assert.is(op(0.1, single).dtype, 'float32');
    assert.is(op(0.1, single.value).dtype, 'float32');
    assert.is(op(2, 3).dtype, 'float64');
    assert.is(op(single, parameter([1, 2])).dtype, 'float64');
  }
  assert.is(ag.where(array([1, 0]), single, 0).dtype, 'float32');
  assert.is(ag.add(1, 2).item(), 3);
});

test('view ops share memory with their input', () => {
  const x = parameter(randomNormal([2, 3, 4], { seed: 1 }));
  const views: Tensor[] = [
    ag.transpose(x),
    ag.slice(x, [[0, 1], null, [null, null, -2]]),
    ag.reshape(x, [4, 6]),
    ag.broadcastTo(x, [5, 2, 3, 4]),
    ...ag.split(x, 2),
    ...ag.unstack(x, 1),
  ];
  for (const y of views) {
    assert.is(y.value.data, x.value.data, y.call?.name);
    assert.is(y.memory, x.memory, y.call?.name);
  }
  const copied = ag.reshape(ag.transpose(x), [24]);
  assert.ok(copied.value.data !== x.value.data);
  assert.ok(copied.memory !== x.memory);
});

test('split and unstack are one call with many outputs', () => {
  const x = parameter([1, 2, 3, 4]);
  for (const parts of [ag.split(x, 4), ag.split(x, [1, 3]), ag.unstack(x)]) {
    assert.is(new Set(parts.map((part) => part.call)).size, 1);
    assert.is(parts[0].call?.outputs.length, parts.length);
  }
  assert.equal(
    ag.split(x, [1, 3]).map((p) => toNested(p.value)),
    [[1], [2, 3, 4]],
  );
  assert.equal(
    ag.split(x, 2).map((p) => toNested(p.value)),
    [
      [1, 2],
      [3, 4],
    ],
  );
});

test('the products of matmul’s vjp read transposed views, nothing is copied', () => {
  const names: string[] = [];
  const a = parameter(randomNormal([2, 3], { seed: 1 }));
  const b = parameter(randomNormal([3, 4], { seed: 2 }));
  const y = ag.matmul(a, b);
  const g = grad(sum(y), [a, b], { createGraph: true });
  for (const each of g) names.push(...(each.call?.inputs ?? []).map((t) => t.call?.name ?? 'leaf'));
  assert.ok(names.includes('transpose'));
  const transposed = g[1].call?.inputs.find((t) => t.call?.name === 'transpose');
  assert.is(transposed?.value.data, a.value.data);
});

const logits = (): NdArray => randomNormal([3, 4, 5], { rng: new Random(4) });
const targets = array([
  [0, 1, 2, 3],
  [4, 0, 1, 2],
  [3, 4, 0, 1],
]);
const mask = array([
  [1, 0, 1, 1],
  [0, 0, 1, 0],
  [1, 1, 1, 0],
]);

test('crossEntropy is sequenceLoss to the bit, and so are its gradients, masked or not', () => {
  for (const m of [undefined, mask]) {
    const x = parameter(logits());
    const loss = ag.crossEntropy(x, targets, m);
    assert.is(loss.item(), sequenceLoss(x.value, targets, m));
    assert.equal(loss.shape, []);
    assertSameBits(grad(loss, x).value, sequenceLossBackward(x.value, targets, m), 'gradient');
  }
});

test('a NaN in a step that is left out changes neither the loss nor a gradient, in three orders', () => {
  const clean = logits();
  const dirty = logits();
  for (let v = 0; v < 5; v++) dirty.set(0, 1, v, nan);
  const wild = array([
    [0, -7, 2, 3],
    [4.5, nan, 1, 99],
    [3, 4, 0, 1],
  ]);
  const v = randomNormal([3, 4, 5], { seed: 9 });
  const run = (x: Tensor, t: NdArray): NdArray[] => {
    const loss = ag.crossEntropy(x, t, mask);
    const g = grad(loss, x, { createGraph: true });
    const second = grad(g, x, { cotangent: v, createGraph: true });
    return [loss.value, g.value, second.value, grad(second, x, { cotangent: v }).value];
  };
  const [expected, actual] = [run(parameter(clean), targets), run(parameter(dirty), wild)];
  for (const i of [0, 1]) assertSameBits(actual[i], expected[i], `result ${i}`);
  for (const order of [2, 3]) {
    const [a, b] = [actual[order].data, expected[order].data];
    // Zeros may differ in sign.
    for (let i = 0; i < a.length; i++)
      assert.ok(a[i] === b[i], `order ${order}, entry ${i}: ${a[i]} and ${b[i]}`);
  }
});

test('crossEntropy with no step left is 0 with zero gradients, in both orders', () => {
  const nothing: [NdArray, NdArray, NdArray | undefined][] = [
    [
      logits(),
      targets,
      array([
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ]),
    ],
    [randomNormal([0, 4, 5]), randomNormal([0, 4]), undefined],
    [randomNormal([2, 0, 5]), randomNormal([2, 0]), undefined],
  ];
  for (const [l, t, m] of nothing) {
    const x = parameter(l);
    const loss = ag.crossEntropy(x, t, m);
    assert.is(loss.item(), 0);
    const g = grad(loss, x, { createGraph: true });
    assert.equal(g.shape, l.shape);
    assert.ok(g.value.data.every((each) => each === 0));
    const second = grad(g, x, { cotangent: l });
    assert.ok(second.value.data.every((each) => each === 0));
  }
});

test('softmax, logSoftmax and logsumexp have finite gradients at ±1e300 and equal entries', () => {
  for (const x of [
    [1e300, -1e300, 0],
    [1e300, 1e300, 1e300],
    [-745, 745, 0],
    [5e-324, 0, -5e-324],
  ]) {
    for (const op of [ag.softmax, ag.logSoftmax, ag.logsumexp]) {
      const flat = (values((t) => op(t), x) as number[][]).flat();
      // -2e300 is a finite logSoftmax, even if it is a large one.
      assert.ok(
        flat.every((v) => Number.isFinite(v)),
        `${op.name}(${x}): ${flat}`,
      );
    }
  }
});

test('sigmoid and tanh have finite gradients everywhere', () => {
  const x = [-1e300, -745, -710, -40, 0, 40, 710, 745, 1e300];
  for (const op of [ag.sigmoid, ag.tanh]) {
    const flat = (values((t) => op(t), x) as number[][]).flat();
    assert.ok(flat.every(Number.isFinite), `${op.name}: ${flat}`);
  }
});

test('dropout keeps the mean, drops p of the entries, and repeats with its seed', () => {
  const x = parameter(wrap(new Float64Array(20_000).fill(3), [20_000]));
  const y = ag.dropout(x, 0.3, { seed: 5 });
  const kept = y.value.data.filter((v) => v !== 0);
  assert.ok(kept.every((v) => v === 3 * (1 / 0.7)));
  // Standard deviation of the share: √(0.3 · 0.7 / 20,000) = 0.0032
  assert.ok(Math.abs(kept.length / 20_000 - 0.7) < 0.016);
  assertSameBits(ag.dropout(x, 0.3, { seed: 5 }).value, y.value, 'same seed');
  const rng = new Random(5);
  assertSameBits(ag.dropout(x, 0.3, { rng }).value, y.value, 'same generator');
  assert.not.equal(ag.dropout(x, 0.3, { rng }).value.data, y.value.data);
  const g = grad(sum(y), x).value.data;
  assert.ok(g.every((v, i) => v === y.value.data[i] / 3 || Math.abs(v * 3 - y.value.data[i]) < 1e-12));
});

test('dropout lets x pass when not training or with p = 0, and gives zeros with p = 1', () => {
  const x = parameter([1, 2]);
  assert.is(ag.dropout(x, 0.5, { training: false }), x);
  assert.is(ag.dropout(x, 0), x);
  assert.equal(toNested(ag.dropout(x, 1).value), [0, 0]);
  assert.is(ag.dropout(parameter(array([1, 2], { dtype: 'float32' })), 0.5).dtype, 'float32');
});

test('embedding adds up the gradients of rows that are used more than once', () => {
  const weight = parameter([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const y = ag.embedding(
    weight,
    array([
      [2, 0],
      [2, 2],
    ]),
  );
  assert.equal(toNested(y.value), [
    [
      [5, 6],
      [1, 2],
    ],
    [
      [5, 6],
      [5, 6],
    ],
  ]);
  assert.equal(toNested(grad(sum(y), weight).value), [
    [1, 1],
    [0, 0],
    [3, 3],
  ]);
});

test('gather is torch.gather: the index may be smaller than x and may repeat', () => {
  const x = parameter([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const y = ag.gather(x, 1, array([[2, 2, 0, 0]]));
  assert.equal(toNested(y.value), [[3, 3, 1, 1]]);
  assert.equal(toNested(grad(sum(y), x).value), [
    [2, 0, 2],
    [0, 0, 0],
  ]);
  assert.equal(toNested(ag.gather(x, -2, array([[1, 0, 1]])).value), [[4, 2, 6]]);
});

test('empty arrays go through reductions and products', () => {
  const x = parameter(randomNormal([0, 3]));
  const w = parameter(randomNormal([3, 2], { seed: 1 }));
  const y = sum(add(ag.matmul(x, w), 1));
  assert.is(y.item(), 0);
  const [gx, gw] = grad(y, [x, w]);
  assert.equal(gx.shape, [0, 3]);
  assert.equal(toNested(gw.value), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test('mseLoss takes targets that are integers', () => {
  const prediction = ag.parameter([1.5, 2, 4]);
  const target = wrap(Int32Array.of(1, 2, 3), [3]);
  assert.is(ag.mseLoss(prediction, target).item(), (0.25 + 0 + 1) / 3);
});

test.run();
