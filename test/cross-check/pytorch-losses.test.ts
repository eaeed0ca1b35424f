/**
 * sequenceLoss by hand, crossEntropy on the graph, mseLoss, and softmax and its kin at extremes, against
 * PyTorch.
 */

import { dtypeOf, logSoftmax, logsumexp, type NdArray, softmax } from '@retrograd/arrays';
import * as ag from '@retrograd/autograd';
import { clipGradients, sequenceLoss, sequenceLossBackward } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, readFixtures } from '../support/fixtures.js';

export const kernels = 'all';

interface CrossEntropyCase {
  kind: 'crossEntropy';
  title: string;
  logits: NdArray;
  targets: NdArray;
  mask?: NdArray;
  loss: number;
  grad: NdArray;
}

interface MseCase {
  kind: 'mseLoss';
  prediction: NdArray;
  target: NdArray;
  loss: number;
  grads: [NdArray, NdArray];
}

interface RowCase {
  kind: 'softmax' | 'logSoftmax' | 'logsumexp';
  axis: number;
  x: NdArray;
  cotangent: NdArray;
  output: NdArray;
  grad: NdArray;
}

interface ClipCase {
  title: string;
  gradients: NdArray[];
  maxNorm: number;
  norm: number;
  clipped: NdArray[];
}

const TOLERANCE = { rtol: 1e-12, atol: 1e-14 };

const cases = readFixtures<CrossEntropyCase | MseCase | RowCase>('losses');

function casesOf<K extends (typeof cases)[number]['kind']>(kind: K) {
  type Case = Extract<(typeof cases)[number], { kind: K }>;
  return cases.filter((each): each is Case => each.kind === kind);
}

for (const { title, logits, targets, mask, loss, grad } of casesOf('crossEntropy')) {
  test(`sequenceLoss, its backward and crossEntropy equal PyTorch's: ${title}`, () => {
    closeTo(sequenceLoss(logits, targets, mask), loss, TOLERANCE, 'sequenceLoss');
    closeTo(sequenceLossBackward(logits, targets, mask), grad, TOLERANCE, 'sequenceLossBackward');
    const leaf = ag.parameter(logits);
    const y = ag.crossEntropy(leaf, targets, mask);
    closeTo(y, loss, TOLERANCE, 'crossEntropy');
    closeTo(ag.grad(y, leaf), grad, TOLERANCE, 'gradient of crossEntropy');
  });
}

test("mseLoss and both gradients equal PyTorch's", () => {
  for (const { prediction, target, loss, grads } of casesOf('mseLoss')) {
    const leaves = [ag.parameter(prediction), ag.parameter(target)];
    const y = ag.mseLoss(leaves[0], leaves[1]);
    closeTo(y, loss, TOLERANCE, 'mseLoss');
    ag.grad(y, leaves).forEach((g, i) => {
      closeTo(g, grads[i], TOLERANCE, `gradient ${i} of mseLoss`);
    });
  }
});

const ROW_OPS = {
  softmax: { kernel: softmax, op: ag.softmax },
  logSoftmax: { kernel: logSoftmax, op: ag.logSoftmax },
  logsumexp: { kernel: logsumexp, op: ag.logsumexp },
};

for (const [name, { kernel, op }] of Object.entries(ROW_OPS)) {
  test(`${name} equals PyTorch's, at extremes too, as kernel and on the graph`, () => {
    for (const { axis, x, cotangent, output, grad } of casesOf(name as keyof typeof ROW_OPS)) {
      const label = `${name} of [${x.shape}] along ${axis}`;
      closeTo(kernel(x, axis), output, TOLERANCE, label);
      const leaf = ag.parameter(x);
      const y = op(leaf, axis);
      closeTo(y, output, TOLERANCE, `${label} on the graph`);
      closeTo(ag.grad(y, leaf, { cotangent }), grad, TOLERANCE, `gradient of ${label}`);
    }
  });
}

for (const { title, gradients, maxNorm, norm, clipped } of readFixtures<ClipCase>('clip')) {
  test(`clipGradients follows the rule of the specification: ${title}`, () => {
    const before = gradients.map((g) => Array.from(g.data));
    const got = clipGradients(gradients, maxNorm);
    got.forEach((g, i) => {
      // Relative only: entries of 1e-200 must be right too.
      closeTo(g, clipped[i], norm <= maxNorm ? {} : { rtol: 1e-14 }, `gradient ${i}`);
      assert.is(dtypeOf(g), 'float64');
    });
    assert.equal(
      gradients.map((g) => Array.from(g.data)),
      before,
      'the gradients given are unchanged',
    );
  });
}

test.run();
