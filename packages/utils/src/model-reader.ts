import { type Dtype, DtypeError, dense, isNdArray, type NdArray, ShapeError, wrap } from '@retrograd/arrays';
import { allocate, checkArray, describe, formatShape, shapesEqual } from '@retrograd/arrays/internal';
import type { GenerativeModel } from './model.js';

/** Reads on, (1, n, input_size) with n >= 1, and answers with the input_size logits after the last step. */
export type LogitsReader = (x: NdArray) => ArrayLike<number>;

/**
 * The way to read a model on: step by step with its state carried where it can step, else by running it again from the start.
 * @param capacity steps that will be read in all
 * @throws DtypeError when model has neither `step` nor `forward`
 */
export function logitsReader(
  op: string,
  model: GenerativeModel,
  inputSize: number,
  dtype: Dtype,
  capacity: number,
): LogitsReader {
  const { step, forward } = (model ?? {}) as Record<string, unknown>;
  if (typeof step === 'function') return stepping(op, step.bind(model), inputSize);
  if (typeof forward === 'function') return rereading(op, forward.bind(model), inputSize, dtype, capacity);
  throw new DtypeError(op, 'model', 'an object with forward(x) or step(x_t, state)', describe(model));
}

function stepping(
  op: string,
  step: (x_t: NdArray, state: unknown) => unknown,
  inputSize: number,
): LogitsReader {
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
): LogitsReader {
  const everything = allocate(dtype, capacity * inputSize);
  let length = 0;
  return (x) => {
    everything.set(dense(x).data, length * inputSize);
    length += x.shape[1];
    // A copy, as the model may keep what it was given for its backward pass.
    const sequence = wrap(everything.slice(0, length * inputSize), [1, length, inputSize]);
    const answer = forward(sequence);
    const h_all = Array.isArray(answer) ? answer[0] : answer;
    const logits = checkedLogits(op, 'the answer of model.forward', h_all, [1, length, inputSize]);
    return logits.subarray((length - 1) * inputSize);
  };
}

/** The entries of an answer, which may come in a tensor. They are fed back, so there is one for each input. */
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
