import { type Dtype, DtypeError, ValueError } from '@retrograd/arrays';
import { checkDtype, checkPositiveInteger, describe } from '@retrograd/arrays/internal';

/** The structure of a RecurrentModel, as a plain JSON object. */
export interface RecurrentModelConfig {
  cell: 'rnn' | 'lstm' | 'gru';
  /** Symbols in the vocabulary (V), or features a step (I). */
  inputSize: number;
  hiddenSize: number;
  /** Outputs of the head. Default inputSize. */
  outputSize?: number;
  /** Whether x is symbols or numbers. Default 'tokens'. */
  input?: 'tokens' | 'features';
  /** Size of the trained vector of each symbol; 0 feeds one-hot vectors instead. Default 0. Tokens only. */
  embeddingSize?: number;
  /** Number of stacked recurrent layers. Default 1. */
  layers?: number;
  /** Probability of dropping an output of a recurrent layer while training. Default 0. */
  dropout?: number;
  /** Default float64. */
  dtype?: Dtype;
}

/** Gates of each cell, from which the number of parameters follows. */
const GATES = { rnn: 1, lstm: 4, gru: 3 } as const;

const KEYS = [
  'cell',
  'inputSize',
  'hiddenSize',
  'outputSize',
  'input',
  'embeddingSize',
  'layers',
  'dropout',
  'dtype',
] as const;

/**
 * Fills in the defaults.
 * @throws DtypeError when config is not an object, ValueError when an entry is missing, unknown or out of
 *         range
 */
export function resolveConfig(config: RecurrentModelConfig): Required<RecurrentModelConfig> {
  const op = 'RecurrentModel';
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new DtypeError(op, 'config', 'an object', describe(config));
  }
  const unknown = Object.keys(config).filter((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown.length > 0)
    throw new ValueError(op, 'config', `of ${KEYS.join(', ')}`, `one with ${unknown.join(', ')}`);
  const { cell, inputSize, hiddenSize, outputSize = inputSize, input = 'tokens' } = config;
  const { embeddingSize = 0, layers = 1, dropout = 0, dtype = 'float64' } = config;
  if (!Object.hasOwn(GATES, cell)) throw new ValueError(op, 'cell', "'rnn', 'lstm' or 'gru'", describe(cell));
  checkPositiveInteger(op, 'inputSize', inputSize);
  checkPositiveInteger(op, 'hiddenSize', hiddenSize);
  checkPositiveInteger(op, 'outputSize', outputSize);
  if (input !== 'tokens' && input !== 'features') {
    throw new ValueError(op, 'input', "'tokens' or 'features'", describe(input));
  }
  if (embeddingSize !== 0) checkPositiveInteger(op, 'embeddingSize', embeddingSize);
  if (embeddingSize !== 0 && input === 'features') {
    throw new ValueError(
      op,
      'embeddingSize',
      '0 for features, which are not looked up',
      String(embeddingSize),
    );
  }
  checkPositiveInteger(op, 'layers', layers);
  if (!(dropout >= 0 && dropout < 1)) {
    throw new ValueError(op, 'dropout', 'a number in [0, 1)', describe(dropout));
  }
  checkDtype(op, dtype);
  return { cell, inputSize, hiddenSize, outputSize, input, embeddingSize, layers, dropout, dtype };
}

/** The number of parameters of a model with this config, without making the model. */
export function countParameters(config: RecurrentModelConfig): number {
  const { cell, inputSize, hiddenSize: H, outputSize, embeddingSize: E, layers } = resolveConfig(config);
  const layer = (I: number): number => GATES[cell] * ((H + I) * H + H);
  const recurrent = layer(E === 0 ? inputSize : E) + (layers - 1) * layer(H);
  return inputSize * E + recurrent + H * outputSize + outputSize;
}
