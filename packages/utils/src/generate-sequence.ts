import { DtypeError, dtypeOf, type NdArray, type RandomOptions, ShapeError, wrap } from '@retrograd/arrays';
import {
  allocate,
  checkArray,
  checkInteger,
  checkNonNegative,
  describe,
  formatShape,
  randomFrom,
} from '@retrograd/arrays/internal';
import { noGrad } from '@retrograd/autograd';
import type { GenerativeModel } from './model.js';
import { modelReader } from './model-reader.js';
import { sample } from './sample.js';

/**
 * Generates a sequence. The model reads the seed; a symbol is drawn from softmax(logits / temperature) of the
 * last step; its one-hot vector is the next input; and so on, `length` times. A model with `step` is stepped
 * with its state carried, at a cost linear in length; any other model is run again over the whole sequence
 * for every symbol. Both give the same symbols. Nothing is recorded on the graph.
 *
 *     generateSequence(model, seed, 100, 0.8, { seed: 7 })
 *
 * @param model         a raw recurrent layer with as many hidden units as inputs (its hidden states are read
 *                      as logits), or any object with `step(x_t, state?) -> [y_t, newState]` or `forward(x)
 *                      -> logits (1, T, input_size)`; forward may return a tensor, or a list that starts with
 *                      the logits
 * @param seed_sequence (1, seed_length, input_size), at least one step
 * @param length        symbols to generate, at least 0
 * @param temperature   above 1 more random, below 1 less; 0 always takes the largest logit, the first of
 *                      several
 * @param options       `rng` to draw from, or `seed` for a generator of its own; otherwise the default
 *                      generator
 * @returns (1, length, input_size), one-hot, of the dtype of seed_sequence
 * @throws DtypeError when model, seed_sequence or an answer of the model is of the wrong kind
 * @throws ShapeError when seed_sequence is not one sequence of at least one step and one input, or an answer
 *         of the model does not have a logit for each input
 * @throws ValueError when length is not an integer >= 0, temperature is not finite or negative, or a logit is
 *         NaN or +Infinity
 */
export function generateSequence(
  model: GenerativeModel,
  seed_sequence: NdArray,
  length: number,
  temperature = 1,
  options: RandomOptions = {},
): NdArray {
  const op = 'generateSequence';
  const { inputSize: wanted } = (model ?? {}) as { inputSize?: unknown };
  const columns = typeof wanted === 'number' ? wanted : 'input_size';
  checkArray(op, 'seed_sequence', seed_sequence, [1, 'seed_length', columns]);
  const [, seedLength, inputSize] = seed_sequence.shape;
  if (seedLength === 0 || inputSize === 0) {
    const actual = formatShape(seed_sequence.shape);
    throw new ShapeError(op, 'seed_sequence', 'at least one step of at least one input', actual);
  }
  checkInteger(op, 'length', length, 0);
  checkNonNegative(op, 'temperature', temperature);
  if (options.rng !== undefined && typeof options.rng?.uniform !== 'function') {
    throw new DtypeError(op, 'options.rng', 'a Random', describe(options.rng));
  }
  const rng = randomFrom(options);
  const dtype = dtypeOf(seed_sequence);
  const read = modelReader(op, model, inputSize, dtype, seedLength + length);
  const generated = allocate(dtype, length * inputSize);
  noGrad(() => {
    let x = seed_sequence;
    for (let t = 0; t < length; t++) {
      const row = generated.subarray(t * inputSize, (t + 1) * inputSize);
      row[sample(op, read(x), temperature, rng)] = 1;
      x = wrap(row, [1, 1, inputSize]);
    }
  });
  return wrap(generated, [1, length, inputSize]);
}
