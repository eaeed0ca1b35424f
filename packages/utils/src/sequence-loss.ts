import {
  dense,
  dtypeOf,
  type FloatData,
  type IndexArray,
  type NdArray,
  ValueError,
  wrap,
} from '@retrograd/arrays';
import {
  allocate,
  type ClassifiedRows,
  checkArray,
  crossEntropyBackward,
  crossEntropyForward,
  formatPlace,
  readMask,
  readTargets,
} from '@retrograd/arrays/internal';

/**
 * Average cross-entropy over the steps of a batch of sequences, in nats:
 *
 *     loss = mean over the selected (b, t) of  -log softmax(predictions[b, t])[targets[b, t]]
 *
 * The mask selects, it does not weigh: the content of a masked step (NaN in the predictions, any padding in
 * the targets) is not read.
 * @param predictions (B, T, V) logits
 * @param targets     (B, T) classes 0, 1, ..., V - 1, as integers or as floats that hold integers
 * @param mask        (B, T) 0 where a step is padding, not 0 where it counts; left out, all steps count
 * @returns the loss; 0 when no step counts; Infinity when the logit of a target is -Infinity
 * @throws DtypeError when predictions is not a float ndarray, or targets or mask is not an ndarray of numbers
 * @throws ShapeError when predictions does not have three axes, or targets or mask differ from its first two
 * @throws ValueError when a target that counts is not an integer from 0 to V - 1, when logits that count hold
 *         NaN or +Infinity, or nothing but -Infinity in a step, or when the mask holds NaN
 */
export function sequenceLoss(predictions: NdArray, targets: IndexArray, mask?: IndexArray | null): number {
  return crossEntropyForward(read('sequenceLoss', predictions, targets, mask));
}

/**
 * Gradient of `sequenceLoss` in the predictions: (softmax(predictions) - onehot(targets)) / n in the n steps
 * that count, 0 in the others.
 * @param predictions, targets, mask as for `sequenceLoss`
 * @returns grad_predictions (B, T, V), of the dtype of predictions
 * @throws as `sequenceLoss`
 */
export function sequenceLossBackward(
  predictions: NdArray,
  targets: IndexArray,
  mask?: IndexArray | null,
): NdArray {
  const rows = read('sequenceLossBackward', predictions, targets, mask);
  const grad = allocate(dtypeOf(predictions), rows.N * rows.V);
  crossEntropyBackward(1, rows, grad);
  return wrap(grad, predictions.shape);
}

function read(
  op: string,
  predictions: NdArray,
  targets: IndexArray,
  mask: IndexArray | null | undefined,
): ClassifiedRows {
  checkArray(op, 'predictions', predictions, ['batch', 'seq_length', 'vocab_size']);
  const [B, T, V] = predictions.shape;
  const selected = readMask(op, 'mask', mask, [B, T]);
  const classes = readTargets(op, 'targets', targets, [B, T], V, selected);
  const logits = dense(predictions).data;
  checkLogits(op, logits, predictions.shape, selected);
  return { logits, N: B * T, V, classes, selected };
}

/**
 * A softmax exists when the largest logit is finite and none is NaN; -Infinity stands for a class that is
 * ruled out.
 */
function checkLogits(
  op: string,
  logits: FloatData,
  shape: readonly number[],
  selected: Uint8Array | null,
): void {
  const [B, T, V] = shape;
  for (let n = 0; n < B * T; n++) {
    if (selected !== null && selected[n] === 0) continue;
    let possible = false;
    for (let i = n * V; i < (n + 1) * V; i++) {
      const logit = logits[i];
      if (logit > Number.NEGATIVE_INFINITY && logit < Number.POSITIVE_INFINITY) possible = true;
      else if (logit !== Number.NEGATIVE_INFINITY) {
        const actual = `${logit} at ${formatPlace(i, shape)}`;
        throw new ValueError(op, 'predictions', 'finite or -Infinity in the steps that count', actual);
      }
    }
    if (!possible) {
      const actual = `only -Infinity in step ${formatPlace(n, [B, T])}`;
      throw new ValueError(op, 'predictions', 'finite for a class in every step that counts', actual);
    }
  }
}
