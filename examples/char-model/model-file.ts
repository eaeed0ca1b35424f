import { readFileSync } from 'node:fs';
import { RetrogradError } from '@retrograd/arrays';
import {
  type LoadedModel,
  loadModel,
  type RecurrentModel,
  saveModel,
  type TrainingState,
} from '@retrograd/nn';
import { parseSettings, type Settings } from './settings.js';
import { reasonOf, UserError } from './user-error.js';
import { Vocabulary } from './vocabulary.js';

/** A model with everything that sampling and further training need. */
export interface SavedModel {
  readonly model: RecurrentModel;
  readonly vocabulary: Vocabulary;
  readonly settings: Settings;
  /** null in a file without a training state. */
  readonly training: TrainingState | null;
}

/** Version of our entries in the metadata. */
const VERSION = '1';

/** The bytes of a safetensors file: the library's, with the vocabulary and the settings in the metadata. */
export function encodeModel({ model, vocabulary, settings, training }: SavedModel): Uint8Array {
  return saveModel(model, {
    metadata: {
      'char-model.version': VERSION,
      'char-model.vocabulary': String(vocabulary),
      'char-model.settings': JSON.stringify(settings),
    },
    training: training ?? undefined,
  });
}

/** @throws UserError when the file cannot be read or is not a character model of this version */
export function readModel(path: string): SavedModel {
  const refuse = (reason: string): never => {
    throw new UserError(`--load must name a model file, got '${path}' (${reason})`);
  };
  let loaded: LoadedModel<RecurrentModel>;
  try {
    loaded = loadModel(readFileSync(path));
  } catch (error) {
    return refuse(error instanceof RetrogradError ? error.message : reasonOf(error));
  }
  const { model, metadata, training } = loaded;
  const version = metadata['char-model.version'];
  if (version === undefined) return refuse('a model, but not of characters');
  if (version !== VERSION) return refuse(`of version ${version.slice(0, 40)}, where ${VERSION} is wanted`);
  const vocabulary = Vocabulary.of(metadata['char-model.vocabulary'] ?? '');
  const { inputSize, outputSize, input } = model.config;
  if (input !== 'tokens' || inputSize !== vocabulary.size || outputSize !== vocabulary.size) {
    return refuse('its vocabulary does not fit its weights');
  }
  const settings = parseSettings(metadata['char-model.settings'] ?? '');
  return settings === null ? refuse('its settings are damaged') : { model, vocabulary, settings, training };
}
