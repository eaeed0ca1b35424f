/** sequenceLoss and the graph's crossEntropy, and their gradients, are equal to the last bit. */

import { copy, type Dtype, type IndexArray, type NdArray, Random, randomNormal } from '@retrograd/arrays';
import { backward, crossEntropy, parameter } from '@retrograd/autograd';
import { sequenceLoss, sequenceLossBackward } from '@retrograd/utils';
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

function randomCase(seed: number, dtype: Dtype) {
  const rng = new Random(seed);
  const [B, T, V] = [1 + rng.integer(4), 1 + rng.integer(5), 1 + rng.integer(6)];
  const x = randomNormal([B, T, V], { rng, std: 10 ** (rng.integer(5) - 1), dtype });
  const targets = ndarray(
    Int32Array.from({ length: B * T }, () => rng.integer(V)),
    [B, T],
  );
  const mask = ndarray(
    Uint8Array.from({ length: B * T }, () => rng.integer(2)),
    [B, T],
  );
  return { x, targets, mask: seed % 3 === 0 ? undefined : mask };
}

function onGraph(x: NdArray, ...rest: [targets: IndexArray, mask?: IndexArray]) {
  const logits = parameter(x);
  const loss = crossEntropy(logits, ...rest);
  backward(loss);
  return { loss: loss.item(), grad: logits.grad as NdArray };
}

for (const dtype of ['float64', 'float32'] as const) {
  test(`in ${dtype} the loss and its gradient are those of the graph`, () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { x, targets, mask } = randomCase(seed, dtype);
      const { loss, grad } = onGraph(x, targets, mask);
      const byHand = sequenceLoss(x, targets, mask);
      assert.is(dtype === 'float32' ? Math.fround(byHand) : byHand, loss, `seed ${seed}`);
      const gradByHand = sequenceLossBackward(x, targets, mask);
      assert.is(gradByHand.dtype, dtype);
      assert.ok(
        gradByHand.data.every((v, i) => v === copy(grad).data[i]),
        `seed ${seed}`,
      );
    }
  });
}

test.run();
