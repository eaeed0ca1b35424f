import { RecurrentModel, type RecurrentModelConfig, type TrainingState } from '@retrograd/nn';
import { AtomicFile, isSameFile } from './atomic-file.js';
import { splitCorpus } from './corpus.js';
import type { TrainingJob } from './job.js';
import { availableBytes, checkMemory, estimateBytes } from './memory-estimate.js';
import { readModel, type SavedModel } from './model-file.js';
import type { GivenOptions, Options } from './options.js';
import { readText, type Text } from './read-text.js';
import { choosePrompt } from './sample.js';
import {
  checkFixed,
  fixedByModel,
  fixedByTraining,
  newSettings,
  resolveSteps,
  type Settings,
} from './settings.js';
import { UserError } from './user-error.js';
import { nameOf, Vocabulary } from './vocabulary.js';

/**
 * Reads the text and the saved model, and checks before the first step everything that can be wrong.
 * @throws UserError
 */
export function prepareJob(read: GivenOptions): TrainingJob {
  const { options } = read;
  const source = options.load ?? (options.resume ? options.save : undefined);
  const saved = source === undefined ? null : readModel(source);
  if (saved !== null) checkFixed(read, fixedByModel(saved.model.config), source as string);
  const text = readText(options.text);
  const vocabulary = saved?.vocabulary ?? Vocabulary.of(text.content);
  checkCharacters(text, vocabulary);
  const tokens = vocabulary.encode(text.content);
  const training = options.resume ? resumable(read, saved as SavedModel, text, source as string) : null;
  const settled =
    training === null ? newSettings(options, tokens.length, text.hash) : (saved as SavedModel).settings;
  const corpus = splitCorpus(tokens, settled, text.name);
  const settings = { ...settled, steps: resolveSteps(read, settled, corpus.training.length) };
  checkStepsLeft(settings, training);
  const prompt = choosePrompt(options.prompt, vocabulary);
  const target = prepareTarget(options, source);
  const config = saved?.model.config ?? configOf(options, vocabulary.size);
  checkMemory(estimateBytes(config, settings), availableBytes());
  const model = training === null ? seededModel(config, settings.seed, saved) : (saved as SavedModel).model;
  return {
    start: { model, vocabulary, settings, training },
    text: { name: text.name, characters: tokens.length },
    corpus,
    target,
    sampleEvery: options.sampleEvery ?? Math.ceil(settings.steps / 6),
    sample: { prompt, length: options.sampleLength, temperature: options.temperature, seed: settings.seed },
    world: null,
  };
}

function checkCharacters(text: Text, vocabulary: Vocabulary): void {
  const unknown = vocabulary.firstUnknown(text.content);
  if (unknown === null) return;
  const { symbol, place } = unknown;
  throw new UserError(
    `--text must be written in the ${vocabulary.size} characters of the model, ` +
      `got ${nameOf(symbol)} as character ${place} of ${text.name}`,
  );
}

/** The saved training state, if the text and the options are those that the training began with. */
function resumable(read: GivenOptions, saved: SavedModel, text: Text, source: string): TrainingState {
  const { settings, training } = saved;
  if (training === null) {
    throw new UserError(`--resume must have a saved training, got '${source}', a model without one`);
  }
  checkFixed(read, fixedByTraining(settings), source);
  if (settings.textHash !== text.hash) {
    throw new UserError(
      `--resume must have the text that the training began with, got another one (${text.name})`,
    );
  }
  return training;
}

function checkStepsLeft({ steps }: Settings, training: TrainingState | null): void {
  if (training === null || steps >= training.step) return;
  throw new UserError(`--steps must be at least the ${training.step} that are done, got ${steps}`);
}

function prepareTarget({ save, force }: Options, source: string | undefined): AtomicFile | null {
  if (save === undefined) return null;
  // A file that is both loaded and saved is meant to be replaced.
  return AtomicFile.prepare(save, force === true || (source !== undefined && isSameFile(save, source)));
}

function configOf(options: Options, inputSize: number): Required<RecurrentModelConfig> {
  const { cell, hidden: hiddenSize, embedding: embeddingSize, layers, dropout, dtype } = options;
  return {
    cell,
    inputSize,
    hiddenSize,
    outputSize: inputSize,
    input: 'tokens',
    embeddingSize,
    layers,
    dropout,
    dtype,
  };
}

/**
 * A model whose dropout depends on the seed alone; the weights are those of the saved model, if there is one.
 */
function seededModel(
  config: Required<RecurrentModelConfig>,
  seed: number,
  saved: SavedModel | null,
): RecurrentModel {
  const model = new RecurrentModel(config, { seed });
  if (saved !== null) model.loadStateDict(saved.model.stateDict());
  return model;
}
