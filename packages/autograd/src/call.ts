import type { NdArray } from '@retrograd/arrays';
import { isRecording } from './recording.js';
import { type Memory, Tensor } from './tensor.js';
import type { Twice } from './twice.js';

/** What a rule may ask of the backward pass that calls it. */
export interface PassContext {
  /** Not null when the pass is recorded, so that its result can be differentiated again. */
  readonly twice: Twice | null;
  /**
   * Says of a cotangent that its array was made just now and is held by nobody else: it need not be copied to become a gradient,
   * and may be added to in place.
   */
  claim(cotangent: Tensor): void;
}

/**
 * Takes the cotangent of the one output to the cotangent of one input: v ↦ vᵀ ∂y/∂x_i. Written with ops.
 * @param sum what the pass has added up for this input so far, when nobody else holds it and no graph is made. A pullback
 *            may add its result to it in place, and then answers null; most do not look at it.
 */
export type Pullback = (cotangent: Tensor, sum?: NdArray, pass?: PassContext) => Tensor | null;

/**
 * The vjp of a call with several outputs: cotangents of all outputs to those of all inputs. `needs[i]` tells whether input
 * i wants one; null may stand for what is not needed and for zero.
 */
export type VjpRule = (
  cotangents: readonly Tensor[],
  needs: readonly boolean[],
  pass: PassContext,
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
  const memory = memoryOf(value, inputs);
  if (!isRecorded(inputs)) return new Tensor(value, false, null, memory);
  // Of the right length from the start: a list that grows takes room for 16 more, and a graph holds many of these.
  const outputs = new Array<Tensor>(1);
  const output = new Tensor(value, true, callOf(name, inputs, outputs, pullbacks), memory);
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
  const call = isRecorded(inputs) ? callOf(name, inputs, outputs, vjp) : null;
  values.forEach((value, i) => {
    outputs[i] = new Tensor(value, call !== null, call, memoryOf(value, inputs));
  });
  return outputs;
}

/** Whether a call on these inputs becomes part of the graph. */
export function isRecorded(inputs: readonly Tensor[]): boolean {
  if (!isRecording()) return false;
  for (const input of inputs) if (input.requiresGrad) return true;
  return false;
}

function callOf(name: string, inputs: readonly Tensor[], outputs: Tensor[], vjp: Call['vjp']): Call {
  return { id: nextId++, name, inputs, outputs, vjp, versions: sumVersions(inputs) };
}

/** A value that is a view of an input (slice, transpose, …) shares the input's memory; any other has its own. */
function memoryOf(value: NdArray, inputs: readonly Tensor[]): Memory {
  for (const input of inputs) if (input.value.data === value.data) return input.memory;
  return { version: 0 };
}

export function sumVersions(inputs: readonly Tensor[]): number {
  let sum = 0;
  for (const input of inputs) sum += input.memory.version;
  return sum;
}
