import { type Dtype, DtypeError, dense, isNdArray, type NdArray, ShapeError, wrap } from '@retrograd/arrays';
import { allocate, checkArray, describe, formatShape, shapesEqual } from '@retrograd/arrays/internal';
import type { GenerativeModel } from './model.js';

/**
 * Feeds a model the next (1, n, input_size) inputs, n >= 1, and returns the input_size logits after the last
 * one.
 */
export type ModelReader = (x: NdArray) => ArrayLike<number>;

/**
 * Reads with a model piece by piece: by `step` with the state carried if it has one, else by `forward` over
 * the whole sequence again.
 * @param capacity steps in all
 * @throws DtypeError when model has neither `step` nor `forward`
 */
export function modelReader(
  op: string,
  model: GenerativeModel,
  inputSize: number,
  dtype: Dtype,
  capacity: number,
): ModelReader {
  const { step, forward } = (model ?? {}) as Record<string, unknown>;
  if (typeof step === 'function') return stepping(op, step.bind(model), inputSize);
  if (typeof forward === 'function') return rereading(op, forward.bind(model), inputSize, dtype, capacity);
  throw new DtypeError(op, 'model', 'an object with forward(x) or step(x_t, state)', describe(model));
}

function stepping(
  op: string,
  step: (x_t: NdArray, state: unknown) => unknown,
  inputSize: number,
): ModelReader {
  const argument = 'the answer of model.step';
  let state: unknown;
  return (x) => {
    const rows = dense(x).data;
    let logits: ArrayLike<number> = [];
    for (let from = 0; from < rows.length; from += inputSize) {
      const answer = step(wrap(rows.slice(from, from + inputSize), [1, inputSize]), state);
      if (!Array.isArray(answer) || answer.length < 2) {
        throw new DtypeError(op, argument, 'a pair [y_t, newState]', describe(answer));
      }
      logits = checkedLogits(op, argument, answer[0], [1, inputSize]);
      state = answer[1];
    }
    return logits;
  };
}

function rereading(
  op: string,
  forward: (x: NdArray) => unknown,
  inputSize: number,
  dtype: Dtype,
  capacity: number,
): ModelReader {
  const everything = allocate(dtype, capacity * inputSize);
  let length = 0;
  return (x) => {
    everything.set(dense(x).data, length * inputSize);
    length += x.shape[1];
    // A copy, because the model may keep its input for a backward pass.
    const sequence = wrap(everything.slice(0, length * inputSize), [1, length, inputSize]);
    const answer = forward(sequence);
    const h_all = Array.isArray(answer) ? answer[0] : answer;
    const logits = checkedLogits(op, 'the answer of model.forward', h_all, [1, length, inputSize]);
    return logits.subarray((length - 1) * inputSize);
  };
}

/**
 * The logits in a model's answer, an array or a tensor. A symbol drawn from them is the next input: one for
 * each input.
 */
function checkedLogits(op: string, argument: string, answer: unknown, shape: readonly number[]) {
  const value = isNdArray(answer) ? answer : (answer as { value?: unknown } | null | undefined)?.value;
  if (!isNdArray(value)) {
    throw new DtypeError(op, argument, 'an ndarray of logits, or a tensor of them', describe(answer));
  }
  checkArray(op, argument, value);
  if (!shapesEqual(value.shape, shape)) {
    throw new ShapeError(
      op,
      argument,
      `${formatShape(shape)} (a logit for each input)`,
      formatShape(value.shape),
      `use a layer with as many hidden units as inputs, or a head with ${shape.at(-1)} outputs`,
    );
  }
  return dense(value).data;
}
