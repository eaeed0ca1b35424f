import type { NdArray } from '@retrograd/arrays';
import { isRecording } from './recording.js';
import { type Memory, Tensor } from './tensor.js';

/**
 * The vjp of a call: cotangents of all its outputs to those of all its inputs. Written with ops, so that it
 * can be differentiated again.
 * @param cotangents  one an output, of its shape; must not be changed
 * @param needs       `needs[i]` tells whether input i wants a cotangent
 * @param createGraph whether the pass is recorded, to be differentiated again. A vjp that has a faster form
 *                    on arrays may take it where this is false; most do not look at it.
 * @returns one cotangent an input, of its shape; null for what is not needed and for zeros
 */
export type Vjp = (
  cotangents: readonly Tensor[],
  needs: readonly boolean[],
  createGraph: boolean,
) => readonly (Tensor | null)[];

/** The vjp of one input of an op with one output: v ↦ vᵀ ∂y/∂x_i. */
export type Pullback = (cotangent: Tensor, createGraph: boolean) => Tensor;

type Tensors = readonly Tensor[];

/** The same function as an op, written with other ops. */
export type Composed = (...inputs: Tensor[]) => Tensors;

/** What a call may offer besides its vjp. */
export interface VjpOptions {
  /**
   * Adds the cotangent of inputs[i] to `sum` in place, and returns true; or returns false, and the vjp is
   * asked as usual. For weights, which get a cotangent of their size at every time step. A pass that is
   * recorded does not use it.
   */
  readonly vjpInto?: (sum: NdArray, i: number, inputs: Tensors, cotangents: Tensors) => boolean;
  /**
   * Whether every array that the vjp returns is a new one, whole in its buffer, that nothing else refers to.
   * It then becomes the gradient of a leaf without being copied, unless the pass is recorded. Default false.
   */
  readonly fresh?: boolean;
  /**
   * The op's composed twin, where the vjp is not written with ops: a pass that is recorded runs the twin on the
   * inputs again, and differentiates that.
   */
  readonly composed?: Composed;
}

/** One application of an op. `id` grows with every call, so newest first is a reverse topological order. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly vjp: Vjp;
  readonly options: VjpOptions;
  /** Sum of the inputs' memory versions. They only grow: an equal sum later means that none was changed. */
  readonly versions: number;
}

let nextId = 0;
const NO_OPTIONS: VjpOptions = {};

/**
 * Makes the result of an op with one output, and records the call when recording is on and an input
 * requires grad.
 * @param pullbacks one an input; null where the op is not differentiable in it
 */
export function record(
  name: string,
  inputs: readonly Tensor[],
  value: NdArray,
  pullbacks: readonly (Pullback | null)[],
  options?: VjpOptions,
): Tensor {
  // Most results of a backward pass come by here: it makes no graph, hence neither list nor vjp.
  if (!isRecorded(inputs)) return new Tensor(value, false, null, memoryOf(value, inputs));
  const vjp: Vjp = ([cotangent], needs, createGraph) =>
    pullbacks.map((pullback, i) => (pullback && needs[i] ? pullback(cotangent, createGraph) : null));
  return recordAll(name, inputs, [value], vjp, options)[0];
}

/** As `record`, for an op with several outputs, or with one rule for all its inputs. */
export function recordAll(
  name: string,
  inputs: readonly Tensor[],
  values: readonly NdArray[],
  vjp: Vjp,
  options = NO_OPTIONS,
): Tensor[] {
  // Of the right length from the start: a list that grows takes room for 16 more, and graphs hold many.
  const outputs = new Array<Tensor>(values.length);
  const call: Call | null = isRecorded(inputs)
    ? { id: nextId++, name, inputs, outputs, vjp, options, versions: sumVersions(inputs) }
    : null;
  for (let i = 0; i < values.length; i++) {
    outputs[i] = new Tensor(values[i], call !== null, call, memoryOf(values[i], inputs));
  }
  return outputs;
}

/** Whether a call on these inputs becomes part of the graph. */
export const isRecorded = (inputs: readonly Tensor[]): boolean =>
  isRecording() && inputs.some((input) => input.requiresGrad);

/** A value that is a view of an input (slice, transpose, …) shares its memory; any other has its own. */
function memoryOf(value: NdArray, inputs: readonly Tensor[]): Memory | undefined {
  for (const input of inputs) if (input.value.data === value.data) return input.memory;
  return undefined;
}

/** @internal */
export const sumVersions = (inputs: readonly Tensor[]): number =>
  inputs.reduce((sum, { sharedMemory }) => sum + (sharedMemory?.version ?? 0), 0);
