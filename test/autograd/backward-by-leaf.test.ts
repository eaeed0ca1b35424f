/** Which leaf's gradient is final when, in a backward pass. */
import { toNested } from '@retrograd/arrays';
import { add, backward, backwardByLeaf, exp, mul, parameter, sum, type Tensor } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const graph = () => {
  const leaves = { early: parameter([1, 2]), late: parameter([3, 4]), both: parameter([0.5, -1]) };
  const { early, late, both } = leaves;
  // The pass comes to `late` first, and last to the call that uses `both`, which it has met before, and `early`.
  const h = exp(mul(early, both));
  return { leaves, loss: sum(add(mul(mul(h, late), both), both)) };
};

test('each leaf is told of once, when no other call will add to its gradient', () => {
  const expected = graph();
  backward(expected.loss);
  const { leaves, loss } = graph();
  const names = new Map<Tensor, string>(Object.entries(leaves).map(([name, leaf]) => [leaf, name]));
  const told: [string | undefined, unknown][] = [];
  backwardByLeaf(loss, (leaf) => told.push([names.get(leaf), leaf.grad && toNested(leaf.grad)]));
  assert.equal(
    told.map(([name]) => name),
    ['late', 'both', 'early'],
  );
  for (const [name, grad] of told) {
    const leaf = expected.leaves[name as keyof typeof expected.leaves];
    assert.equal(grad, leaf.grad && toNested(leaf.grad));
  }
});

test('gradients add up as without it, and a leaf that is the loss has its gradient at the end', () => {
  const { leaves, loss } = graph();
  backward(loss);
  const once = toNested(leaves.both.grad as NonNullable<Tensor['grad']>) as number[];
  backwardByLeaf(loss, () => {});
  assert.equal(
    toNested(leaves.both.grad as NonNullable<Tensor['grad']>),
    once.map((g) => 2 * g),
  );
  const x = parameter(2);
  const told: Tensor[] = [];
  backwardByLeaf(x, (leaf) => told.push(leaf));
  assert.equal(told, [x]);
  assert.is(x.grad?.get(), 1);
});

test.run();
