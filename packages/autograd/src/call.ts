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
  // Of the right length from the start: a list that grows takes room for 16 more, and a graph holds many of these.
  const outputs = new Array<Tensor>(1);
  const call = callOf(name, inputs, outputs, pullbacks);
  const output = new Tensor(value, call !== null, call, memoryOf(value, inputs));
  outputs[0] = output;
  return output;
}

/** As `record`, for an op with several outputs, or with one rule for all its inputs. */
export function recordAll(
  name: string,
  inputs: readonly Tensor[],
  values: readonly NdArray[],
  vjp: Call['vjp'],
): Tensor[] {
  const outputs = new Array<Tensor>(values.length);
  const call = callOf(name, inputs, outputs, vjp);
  values.forEach((value, i) => {
    outputs[i] = new Tensor(value, call !== null, call, memoryOf(value, inputs));
  });
  return outputs;
}

function callOf(name: string, inputs: readonly Tensor[], outputs: Tensor[], vjp: Call['vjp']): Call | null {
  if (!isRecording() || !inputs.some(requiresGrad)) return null;
  return { id: nextId++, name, inputs, outputs, vjp, versions: sumVersions(inputs) };
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
