import { ValueError } from '@retrograd/arrays';
import { describe } from '@retrograd/arrays/internal';
import type { Module } from '../module.js';
import { countParameters, type RecurrentModelConfig } from '../recurrent-config.js';
import { RecurrentModel } from '../recurrent-model.js';
import { emptyStateDict } from '../state-dict.js';
import type { StateDict } from '../stateful.js';
import type { TrainingState } from '../train/training-state.js';
import { FormatError } from './format-error.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import { isTrainingName, packTraining, unpackTraining } from './training-file.js';

/** Version of the metadata's entries and of the tensors' names. */
const VERSION = '1';

/** Metadata whose name begins with this is ours. */
const OWN = 'retrograd.';
const VERSION_KEY = `${OWN}version`;
const CONFIG_KEY = `${OWN}config`;
const TRAINING_KEY = `${OWN}training`;

/** A module that can be made again from a plain JSON object. */
export type Saveable = Module & { readonly config: object };

export interface SaveOptions {
  /**
   * Any strings to keep with the model, such as its vocabulary; names that begin with `retrograd.` are taken.
   */
  metadata?: Readonly<Record<string, string>>;
  /** The training state, to resume from later. */
  training?: TrainingState;
}

export interface LoadedModel<M> {
  readonly model: M;
  /** The strings that were given to `saveModel`. */
  readonly metadata: Record<string, string>;
  /** For `fit`'s `resume`; null when none was saved. */
  readonly training: TrainingState | null;
}

/**
 * A model as the bytes of a safetensors file: its weights under their dotted names, and its config and the
 * version of the format in the metadata. With a training state the file holds all that `fit` needs to resume.
 * @throws ValueError when a name of metadata is taken, or as encodeSafetensors
 */
export function saveModel(model: Saveable, options: SaveOptions = {}): Uint8Array {
  const { metadata = {}, training } = options;
  const taken = Object.keys(metadata).find((name) => name.startsWith(OWN));
  if (taken !== undefined) {
    throw new ValueError('saveModel', 'metadata', `without names that begin with ${OWN}`, describe(taken));
  }
  const packed = training && packTraining(training);
  const own = { [VERSION_KEY]: VERSION, [CONFIG_KEY]: JSON.stringify(model.config) };
  return encodeSafetensors(Object.assign(emptyStateDict(), model.stateDict(), packed?.tensors), {
    ...own,
    ...(packed && { [TRAINING_KEY]: packed.text }),
    ...metadata,
  });
}

/**
 * The inverse of `saveModel`. Everything is checked before the model is returned; no initial weights are
 * drawn.
 * @param create makes the model from its config, if it is not a RecurrentModel
 * @throws FormatError when the bytes are not such a file, or are of another version of the format
 * @throws ValueError, ShapeError, DtypeError when the config is wrong or the weights do not fit it
 */
export function loadModel(bytes: Uint8Array): LoadedModel<RecurrentModel>;
export function loadModel<M extends Saveable>(
  bytes: Uint8Array,
  create: (config: unknown) => M,
): LoadedModel<M>;
export function loadModel(bytes: Uint8Array, create?: (config: unknown) => Saveable): LoadedModel<Saveable> {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const version = metadata[VERSION_KEY];
  if (version === undefined) {
    throw new FormatError('loadModel', 'bytes', 'a model file of Retrograd', `one without ${VERSION_KEY}`);
  }
  if (version !== VERSION) {
    const remedy = 'read it with the release that wrote it';
    throw new FormatError('loadModel', 'version of the file', VERSION, version.slice(0, 40), remedy);
  }
  const weights = emptyStateDict();
  for (const name of Object.keys(tensors)) if (!isTrainingName(name)) weights[name] = tensors[name];
  const config = parseConfig(metadata[CONFIG_KEY]);
  const model = create === undefined ? createRecurrentModel(config, weights) : create(config);
  model.loadStateDict(weights);
  const text = metadata[TRAINING_KEY];
  const training = text === undefined ? null : unpackTraining('loadModel', text, tensors);
  const rest: Record<string, string> = Object.create(null);
  for (const name of Object.keys(metadata)) if (!name.startsWith(OWN)) rest[name] = metadata[name];
  return { model, metadata: rest, training };
}

function parseConfig(text: string | undefined): unknown {
  try {
    return JSON.parse(text as string);
  } catch {
    throw new FormatError('loadModel', CONFIG_KEY, 'JSON', describe(text));
  }
}

/**
 * Compares the config's sizes with the weights first, so that a few wrong digits cannot exhaust the memory.
 */
function createRecurrentModel(config: unknown, weights: StateDict): RecurrentModel {
  const expected = countParameters(config as RecurrentModelConfig);
  const found = Object.values(weights).reduce((count, { size }) => count + size, 0);
  if (found !== expected) {
    throw new FormatError('loadModel', 'weights', `${expected} numbers, as the config has it`, String(found));
  }
  return new RecurrentModel(config as RecurrentModelConfig, { init: 'zeros' });
}
