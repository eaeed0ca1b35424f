export { Dropout } from './dropout.js';
export { Embedding } from './embedding.js';
export { globalNorm } from './global-norm.js';
export type { InitialOptions } from './initial-options.js';
export { lastStep } from './last-step.js';
export { Linear, type LinearOptions } from './linear.js';
export { Module } from './module.js';
export { oneHot } from './one-hot.js';
export { Adam, type AdamOptions, AdamW } from './optim/adam.js';
export { Optimizer, type OptimizerOptions } from './optim/optimizer.js';
export type { OptimizerState, OptionValue } from './optim/optimizer-state.js';
export { RMSprop, type RMSpropOptions } from './optim/rmsprop.js';
export { SGD, type SGDOptions } from './optim/sgd.js';
export type { RecurrentModelConfig } from './recurrent-config.js';
export { type ModelState, type RecurrentLayerLike, RecurrentModel } from './recurrent-model.js';
export { FormatError } from './save/format-error.js';
export {
  type LoadedModel,
  loadModel,
  type Saveable,
  type SaveOptions,
  saveModel,
} from './save/model-file.js';
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from './save/safetensors.js';
export type { StateDict, Stateful } from './stateful.js';
export type { Batch, BatchSource } from './train/batch-source.js';
export { type EvaluateOptions, evaluate, type LossFunction, type SequenceLearner } from './train/evaluate.js';
export { fit } from './train/fit.js';
export type { FitOptions, Progress } from './train/fit-options.js';
export { type SequenceBatchesOptions, sequenceBatches } from './train/sequence-batches.js';
export { textBatches } from './train/text-batches.js';
export type { TrainingState } from './train/training-state.js';
export type {
  ComputeGradients,
  Gradients,
  SharedEnd,
  SharedGradients,
  SharedStep,
  SharedTraining,
  World,
} from './train/world.js';
