import type { OPS } from './ops/table.js';
import type { Tensor } from './tensor.js';

/** The same function as a lifted op, written with ops. */
export type Composed = (...inputs: Tensor[]) => readonly Tensor[];

/** The ops that a recorded pass hands over. */
export type Ops = typeof OPS;

/**
 * What it takes to differentiate a gradient again. A recorded pass hands it to every rule, and only `grad` has it: what a rule
 * takes from here instead of importing it, such as the ops of a composed twin, is in no bundle of a program that merely trains.
 */
export interface Twice {
  readonly ops: Ops;
  /** The vjp of a lifted op as a graph. @param composed its twin; undefined when there is none */
  composedVjp(
    name: string,
    composed: Composed | undefined,
    inputs: readonly Tensor[],
    cotangents: readonly Tensor[],
    needs: readonly boolean[],
  ): (Tensor | null)[];
}
