import { assign, type NdArray, ValueError } from '@retrograd/arrays';
import type { Tensor } from '@retrograd/autograd';
import { describeKernels } from '@retrograd/kernels';
import {
  decodeSafetensors,
  encodeSafetensors,
  type OptimizerState,
  type SharedTraining,
  type TrainingState,
} from '@retrograd/nn';
import { arithmeticOf } from './arithmetic.js';
import { broadcastAny, broadcastJson, type Communicator, gatherJson } from './communicator.js';

/** What the processes must have in common, by name, each as a text. */
export type Facts = Readonly<Record<string, string>>;

/** What is said of a training in a comparison. */
export function factsOf({ model, optimizer, state, settings }: SharedTraining): Facts {
  const facts: Record<string, string> = { version: VERSION };
  const { algorithm, options } = optimizer.stateDict();
  facts.optimizer = algorithm;
  for (const [name, value] of Object.entries(options)) facts[`${algorithm}.${name}`] = JSON.stringify(value);
  facts[ARITHMETIC] = arithmeticOf(optimizer);
  for (const [name, value] of Object.entries(settings)) facts[name] = JSON.stringify(value) ?? 'none';
  for (const name of ['step', 'epoch', 'position'] as const) facts[`resume.${name}`] = String(state[name]);
  for (const [name, { shape, dtype }] of model.namedParameters()) {
    facts[`parameter ${name}`] = `${dtype} [${shape.join(', ')}]`;
  }
  facts['number of parameters'] = String(optimizer.parameters.length);
  return facts;
}

const ARITHMETIC = 'rounding of the optimizer';

/** Of this package, which every process must have the same of. */
const VERSION = '0.1.0';

/**
 * Compares the facts of all processes.
 * @throws ValueError, on all of them, with the first fact that differs
 */
export async function compareFacts(communicator: Communicator, own: Facts): Promise<void> {
  const all = await gatherJson(communicator, own);
  const fault = await broadcastJson(communicator, all && firstDifference(all));
  if (fault === null) return;
  const { name, first, rank, other } = fault;
  const actual = `${first} on rank 0 and ${other} on rank ${rank}`;
  const remedy = name === ARITHMETIC ? 'use the same kernels: set RETROGRAD_KERNELS=wasm-simd' : undefined;
  throw new ValueError('fit', name, 'the same on every rank', actual, remedy);
}

interface Difference {
  readonly name: string;
  readonly first: string;
  readonly rank: number;
  readonly other: string;
}

function firstDifference(all: readonly Facts[]): Difference | null {
  const [zero] = all;
  for (let rank = 1; rank < all.length; rank++) {
    for (const name of Object.keys({ ...zero, ...all[rank] })) {
      const [first, other] = [zero[name] ?? 'none', all[rank][name] ?? 'none'];
      if (first !== other) return { name, first, rank, other };
    }
  }
  return null;
}

/** The kernel set of every process, as one text each, on all of them. */
export async function kernelSets(communicator: Communicator): Promise<string[]> {
  const { name, blas } = describeKernels();
  const all = await gatherJson(communicator, blas === null ? name : `${name} with ${blas.kind}`);
  return broadcastJson(communicator, all);
}

/**
 * Gives all processes the parameters of process 0, and what it knows of where to begin. The hidden state
 * stays everyone's own.
 */
export async function broadcastStart(
  communicator: Communicator,
  parameters: readonly Tensor[],
  state: TrainingState,
): Promise<TrainingState> {
  const { hidden, ...shared } = state;
  const bytes = await broadcastAny(communicator, communicator.rank === 0 ? encode(parameters, shared) : null);
  if (communicator.rank === 0) return state;
  const { tensors, metadata } = decodeSafetensors(bytes);
  parameters.forEach((parameter, i) => {
    parameter.update((value) => assign(value, tensors[`parameter.${i}`]));
  });
  const told = JSON.parse(metadata.state) as Omit<TrainingState, 'hidden'>;
  const arrays: Record<string, NdArray> = {};
  for (const [name, value] of Object.entries(tensors)) {
    if (name.startsWith(OPTIMIZER)) arrays[name.slice(OPTIMIZER.length)] = value;
  }
  return { ...told, hidden, optimizer: { ...told.optimizer, arrays } };
}

const OPTIMIZER = 'optimizer.';

function encode(parameters: readonly Tensor[], state: Omit<TrainingState, 'hidden'>): Uint8Array {
  const tensors: Record<string, NdArray> = {};
  parameters.forEach(({ value }, i) => {
    tensors[`parameter.${i}`] = value;
  });
  const { arrays, ...rest } = state.optimizer;
  for (const [name, value] of Object.entries(arrays)) tensors[OPTIMIZER + name] = value;
  const optimizer: Omit<OptimizerState, 'arrays'> = rest;
  return encodeSafetensors(tensors, { state: JSON.stringify({ ...state, optimizer }) });
}
