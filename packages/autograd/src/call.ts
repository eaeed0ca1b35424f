import type { NdArray } from '@retrograd/kernels';
import { isRecording } from './recording.js';
import { type Memory, Tensor } from './tensor.js';

/** Takes the cotangent of the one output to the cotangent of one input: v ↦ vᵀ ∂y/∂x_i. Written with ops. */
export type Pullback = (cotangent: Tensor) => Tensor;

/**
 * The vjp of a call with several outputs: cotangents of all outputs to those of all inputs. `needs[i]` tells whether input
 * i wants one; null may stand for what is not needed and for zero.
 */
export type VjpRule = (
  cotangents: readonly Tensor[],
  needs: readonly boolean[],
) => readonly (Tensor | null)[];

/** One application of an op. `id` grows with every call, so newest first is a reverse topological order. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** One pullback an input for a call with one output, else one rule for all. */
  readonly vjp: readonly (Pullback | null)[] | VjpRule;
  /** Sum of the inputs' memory versions. Versions only grow, so an equal sum later means that none was changed. */
  readonly versions: number;
}

let nextId = 0;

/**
 * Makes the result of an op with one output, and records the call when recording is on and an input requires grad.
 * @param pullbacks one an input; null where the op is not differentiable in it
 */
export function record(
  name: string,
  inputs: readonly Tensor[],
  value: NdArray,
  pullbacks: readonly (Pullback | null)[],
): Tensor {
  return recordAll(name, inputs, [value], pullbacks)[0] as Tensor;
}

/** As `record`, for an op with several outputs. */
export function recordAll(
  name: string,
  inputs: readonly Tensor[],
  values: readonly NdArray[],
  vjp: Call['vjp'],
): Tensor[] {
  const outputs: Tensor[] = [];
  let call: Call | null = null;
  if (isRecording() && inputs.some(requiresGrad)) {
    call = { id: nextId++, name, inputs, outputs, vjp, versions: sumVersions(inputs) };
  }
  for (const value of values) outputs.push(new Tensor(value, call !== null, call, memoryOf(value, inputs)));
  return outputs;
}

/** A value that is a view of an input (slice, transpose, …) shares the input's memory; any other has its own. */
function memoryOf(value: NdArray, inputs: readonly Tensor[]): Memory {
  for (const input of inputs) if (input.value.data === value.data) return input.memory;
  return { version: 0 };
}

const requiresGrad = (tensor: Tensor): boolean => tensor.requiresGrad;

export function sumVersions(inputs: readonly Tensor[]): number {
  let sum = 0;
  for (const input of inputs) sum += input.memory.version;
  return sum;
}
