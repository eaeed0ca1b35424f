import { add, full, GraphError, type NdArray, ShapeError } from '@retrograd/arrays';
import { checkArray, describe, formatShape, shapesEqual } from '@retrograd/arrays/internal';
import { Pass, reachableCalls } from './pass.js';
import { constant, Tensor } from './tensor.js';

/**
 * Adds d(loss)/d(leaf) to `.grad` of every leaf that requires grad and that `loss` was computed from.
 * @param loss      the tensor to differentiate; of one element unless a cotangent is given
 * @param cotangent weights of the elements of `loss`, of its shape
 * @throws GraphError when nothing in the graph of `loss` requires grad, or a parameter was changed since
 * @throws ShapeError when `loss` has several elements and no cotangent, or one of another shape; or the `.grad` of a
 *         leaf does not have its shape. Nothing is changed then
 */
export function backward(loss: Tensor, cotangent?: Tensor | NdArray): void {
  const seed = seedOf('backward', loss, cotangent);
  const calls = reachableCalls([loss]);
  const leaves = new Set(
    [loss, ...calls.flatMap(({ inputs }) => inputs)].filter((t) => t.requiresGrad && t.call === null),
  );
  // `grad` is public: it may have been set to anything.
  for (const { grad, shape } of leaves) if (grad !== null) checkArray('backward', 'grad', grad, shape);
  // Whatever requires grad was computed from such a leaf.
  const pass = new Pass(calls, leaves, (input) => input.requiresGrad, false);
  pass.run([loss], [seed]);
  for (const leaf of leaves) {
    const gradient = pass.own(leaf);
    leaf.grad = leaf.grad === null ? gradient : add(leaf.grad, gradient);
  }
}

/** @internal The cotangent that a pass starts with at y. */
export function seedOf(op: string, y: Tensor, cotangent: Tensor | NdArray | undefined): Tensor {
  if (!(y instanceof Tensor)) throw new GraphError(op, 'loss', 'a tensor', describe(y));
  if (!y.requiresGrad) {
    throw new GraphError(op, 'loss', 'computed from a tensor that requires grad', 'a constant');
  }
  if (cotangent === undefined) {
    const hint = 'reduce it or give a cotangent';
    if (y.size !== 1) throw new ShapeError(op, 'loss', 'of one element', formatShape(y.shape), hint);
    return constant(full(y.shape, 1, { dtype: y.dtype }));
  }
  const seed = cotangent instanceof Tensor ? cotangent : constant(cotangent);
  if (!shapesEqual(seed.shape, y.shape)) {
    throw new ShapeError(op, 'cotangent', formatShape(y.shape), formatShape(seed.shape));
  }
  return seed;
}
