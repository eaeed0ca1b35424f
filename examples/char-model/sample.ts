import { array, type NdArray, Random, slice } from '@retrograd/arrays';
import { oneHot, type RecurrentModel } from '@retrograd/nn';
import { generateSequence } from '@retrograd/utils';
import { UserError } from './user-error.js';
import { nameOf, type Vocabulary } from './vocabulary.js';

export interface SampleOptions {
  /** The model reads it before it writes. */
  readonly prompt: string;
  /** Characters to write. */
  readonly length: number;
  readonly temperature: number;
  readonly seed: number;
}

/** Characters written at a time: enough to be quick, and few enough that a reader sees the text grow. */
const PIECE = 64;

/**
 * Samples the text that follows a prompt, in pieces. Together they are what one call of generateSequence
 * returns.
 * @returns pieces of the text after the prompt
 */
export function* sampleText(
  model: RecurrentModel,
  vocabulary: Vocabulary,
  options: SampleOptions,
): Generator<string> {
  const { prompt, length, temperature, seed } = options;
  const { dtype } = model.config;
  const rng = new Random(seed);
  // generateSequence starts without a state; here each call starts from the state after the last one.
  let carried: NdArray[][] | undefined;
  const reader = {
    step(x_t: NdArray, state?: unknown) {
      const [logits, next] = model.step(x_t, (state as NdArray[][] | undefined) ?? carried);
      carried = next;
      return [logits, next] as const;
    },
  };
  let unread: NdArray = oneHot(array([[...vocabulary.encode(prompt)]]), vocabulary.size, { dtype });
  for (let written = 0; written < length; written += PIECE) {
    const n = Math.min(PIECE, length - written);
    const symbols = generateSequence(reader, unread, n, temperature, { rng });
    yield vocabulary.decode(indicesOf(symbols));
    unread = slice(symbols, [null, [n - 1, n, 1], null]);
  }
}

/** Where the ones are in one-hot vectors (1, T, V). */
function indicesOf({ data, shape: [, T, V] }: NdArray): number[] {
  return Array.from({ length: T }, (_, t) => data.subarray(t * V, (t + 1) * V).indexOf(1));
}

/**
 * The prompt to use: the given one, else a new line, else the first character of the vocabulary.
 * @throws UserError when it has characters that the model has never seen
 */
export function choosePrompt(given: string | undefined, vocabulary: Vocabulary): string {
  if (given === undefined) return vocabulary.has('\n') ? '\n' : vocabulary.decode([0]);
  const unknown = vocabulary.firstUnknown(given);
  if (unknown === null) return given;
  throw new UserError(
    `--prompt must be written in the ${vocabulary.size} characters of the text, ` +
      `got ${nameOf(unknown.symbol)}`,
  );
}
