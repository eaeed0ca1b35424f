import * as k from '@retrograd/arrays/internal';
import { isRecorded, record } from '../call.js';
import { asIndices, asTensor, constant, type IndexLike, type Tensor, type TensorLike } from '../tensor.js';

/**
 * Mean of -log softmax(logits)[target] over the steps that the mask selects; 0 when it selects none. The same number, to
 * the bit, as `sequenceLoss` of the same arrays.
 * @param logits  (…, V)
 * @param targets (…) classes, integers or floats that hold integers
 * @param mask    (…) steps that count are those where it is not 0; all unless given. It selects, it does not multiply: a
 *                NaN in a step that is left out changes neither the loss nor a gradient
 * @throws ShapeError when logits has no axis, or targets or mask is not (…)
 * @throws ValueError when a target that counts is no integer from 0 to V - 1
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
  const loss = k.crossEntropyForward(data, N, V, classes, selected, gradient?.data);
  return record('crossEntropy', [x], k.full([], loss, { dtype: x.dtype }), [
    (g, _, pass) => {
      const slope = gradient as k.NdArray;
      const ops = pass?.twice?.ops;
      if (ops) return ops.mul(g, ops.crossEntropySlope(x, N, selected, slope));
      const factor = g.item();
      if (factor === 1) return constant(slope);
      const data = slope.data.map((entry) => factor * entry);
      return constant(k.wrap(data, x.shape));
    },
  ]);
}
