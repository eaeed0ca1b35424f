import * as k from '@retrograd/kernels';
import { isRecorded, record } from '../call.js';
import { asIndices, asTensor, constant, type IndexLike, type Tensor, type TensorLike } from '../tensor.js';
import type { Ops } from '../twice.js';
import { mul } from './arithmetic.js';

/** What the steps of a cross-entropy are: their classes, and which of them count. */
interface Steps {
  readonly N: number;
  readonly V: number;
  readonly targets: Int32Array;
  readonly selected: Uint8Array | null;
}

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
  const steps: Steps = { N: k.sizeOf(lead), V, targets: classes, selected };
  // The gradient is a by-product of the loss: it is kept for the way back when there will be one.
  const gradient = isRecorded([x]) ? k.zeros(x.shape, { dtype: x.dtype }) : null;
  const { data } = k.dense(x.value);
  const loss = k.crossEntropyForward(data, steps.N, V, classes, selected, gradient?.data);
  return record('crossEntropy', [x], k.full([], loss, { dtype: x.dtype }), [
    (g, _, twice) => {
      if (twice) return mul(g, slopeOf(x, steps, gradient as k.NdArray, twice.ops));
      const slope = constant(gradient as k.NdArray);
      return g.item() === 1 ? slope : mul(g, slope);
    },
  ]);
}

/** ∂loss/∂logits: (softmax - onehot) / n in the steps that count, else 0. */
const slopeOf = (x: Tensor, steps: Steps, value: k.NdArray, ops: Ops): Tensor =>
  record('crossEntropyGradient', [x], value, [(h) => curvature(h, x, steps, ops)]);

/** ∂²loss/∂logits² h: softmax's own vjp, over n, in the steps that count. */
function curvature(
  h: Tensor,
  x: Tensor,
  { N, selected }: Steps,
  { softmax, softmaxPullback, where }: Ops,
): Tensor {
  if (selected === null) return mul(1 / N, softmaxPullback(h, softmax(x), -1));
  const column = k.array(selected, { shape: [...x.shape.slice(0, -1), 1] });
  const n = selected.reduce((a, b) => a + b, 0);
  // What is left out is replaced before the softmax too, so that no NaN comes in.
  const y = softmax(where(column, x, 0));
  return where(column, mul(1 / n, softmaxPullback(h, y, -1)), 0);
}
