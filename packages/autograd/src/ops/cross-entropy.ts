import * as k from '@retrograd/arrays/internal';
import { asIndices, asTensor, type IndexLike, type TensorLike } from '../as-tensor.js';
import { isRecorded, record } from '../call.js';
import { constant, type Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';
import { softmax, softmaxPullback } from './softmax.js';
import { where } from './where.js';

/**
 * Mean of -log softmax(logits)[target] over the steps that the mask selects; 0 when it selects none. The same
 * number, to the bit, as `sequenceLoss` of the same arrays.
 * @param logits  (…, V)
 * @param targets (…) classes, integers or floats that hold integers
 * @param mask    (…) steps that count are those where it is not 0; all unless given. It selects, it does not
 *                multiply: a NaN in a step that is left out changes neither the loss nor a gradient
 * @throws ShapeError when logits has no axis, or targets or mask is not (…)
 * @throws ValueError when a target that counts is not an integer from 0 to V - 1
 */
export function crossEntropy(logits: TensorLike, targets: IndexLike, mask?: IndexLike | null): Tensor {
  const x = asTensor('crossEntropy', 'logits', logits);
  if (x.shape.length === 0) throw new k.ShapeError('crossEntropy', 'logits', '[…, classes]', '[]');
  const lead = x.shape.slice(0, -1);
  const V = x.shape[lead.length] as number;
  const flags = mask && asIndices('crossEntropy', 'mask', mask);
  const selected = k.readMask('crossEntropy', 'mask', flags, lead);
  const given = asIndices('crossEntropy', 'targets', targets);
  const classes = k.readTargets('crossEntropy', 'targets', given, lead, V, selected);
  const N = k.sizeOf(lead);
  // The gradient is a by-product of the loss: it is kept for the way back when there will be one.
  const gradient = isRecorded([x]) ? k.zeros(x.shape, { dtype: x.dtype }) : null;
  const { data } = k.dense(x.value);
  const loss = k.crossEntropyForward({ logits: data, N, V, classes, selected }, gradient?.data);
  return record('crossEntropy', [x], k.full([], loss, { dtype: x.dtype }), [
    (g, createGraph) => {
      const kept = gradient as k.NdArray;
      // The pass that trains: g is 1, and the product, an array of the logits' size, is spared.
      if (!createGraph && g.item() === 1) return constant(kept);
      return mul(g, crossEntropyGradient(x, N, selected, kept));
    },
  ]);
}

/**
 * ∂loss/∂logits of a cross-entropy: (softmax - onehot) / n in the steps that count, else 0.
 * @param N        steps
 * @param selected flags of those that count; null for all
 * @param value    the gradient, which the loss computed along the way
 */
function crossEntropyGradient(x: Tensor, N: number, selected: Uint8Array | null, value: k.NdArray): Tensor {
  return record('crossEntropyGradient', [x], value, [(h) => curvature(h, x, N, selected)]);
}

/** ∂²loss/∂logits² h: softmax's own vjp, over n, in the steps that count. */
function curvature(h: Tensor, x: Tensor, N: number, selected: Uint8Array | null): Tensor {
  if (selected === null) return mul(1 / N, softmaxPullback(h, softmax(x), -1));
  const column = k.array(selected, { shape: [...x.shape.slice(0, -1), 1] });
  const n = selected.reduce((a, b) => a + b, 0);
  // What is left out is replaced before the softmax too, so that no NaN comes in.
  const y = softmax(where(column, x, 0));
  return where(column, mul(1 / n, softmaxPullback(h, y, -1)), 0);
}
