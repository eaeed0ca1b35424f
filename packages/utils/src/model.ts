import type { NdArray } from '@retrograd/arrays';

/** A model that reads a whole sequence: (B, T, input_size) to (B, T, outputs). */
export interface SequenceModel {
  forward(x: NdArray): NdArray;
}

/**
 * A model that reads one step at a time. x_t is (B, input_size), y_t is (B, outputs). The state is what the
 * model carries from step to step; left out, it is the one that `forward` starts from.
 */
export interface Steppable {
  step(x_t: NdArray, state?: readonly NdArray[]): readonly [y_t: NdArray, newState: readonly NdArray[]];
}

/** An array, or a tensor that holds one. */
export type ArrayOrTensor = NdArray | { readonly value: NdArray };

/** A model for `generateSequence`: one with `step`, or one with `forward`, which return arrays or tensors. */
export type GenerativeModel =
  | Steppable
  | { step(x_t: NdArray, state?: unknown): readonly [y_t: ArrayOrTensor, newState: unknown] }
  | SequenceModel
  | { forward(x: NdArray): ArrayOrTensor | readonly [h_all: ArrayOrTensor, ...finalState: unknown[]] };
