import type { Dtype, NdArray, Random } from '@retrograd/arrays';
import type { SequenceKernels, WasmModule } from '@retrograd/kernels';
import type { SeriesByName } from './series.js';

/** Sizes of a layer: I inputs, H hidden units. */
export interface Sizes {
  readonly I: number;
  readonly H: number;
}

/** Named things and how many numbers of each there are for one sample at one time step. */
export type Widths = Readonly<Record<string, number>>;

/**
 * A matrix product inside of every step: a[:, columns] += operand · W[rows, columns], for the packed weights W. The ranges
 * are half-open.
 */
export interface Product {
  /** A state (the one before the step), or something saved. */
  readonly operand: string;
  readonly rows: readonly [from: number, to: number];
  readonly columns: readonly [from: number, to: number];
}

/**
 * A forward or backward run over a sequence, as a cell sees it. `series` holds by name:
 *
 *     x       (B, I + 1)  inputs, with a one at the end of each row
 *     a       (B, N)      pre-activations of all gates side by side, which the cell turns into activations, in place
 *     h, …    (B, H)      states; `at(t)` is the one before step t, `at(t + 1)` the one after it
 *     saved   as the cell says
 *
 * and in a backward run also
 *
 *     grad_h  (B, H)      of the output state: `at(t + 1)` holds the whole gradient of the state after step t
 *     grad_…  (B, H)      of every other state: one matrix, from the state after the step to the one before it
 *     grad_a  (B, N)      the cell writes the gradients of the pre-activations here
 *     scratch as the cell says: one matrix
 */
export interface Run {
  readonly kernels: SequenceKernels;
  readonly sizes: Sizes;
  readonly series: SeriesByName;
  /**
   * Product number i for the first n rows at step t. In a backward run from grad_a to the gradient of the operand: added
   * where that is a state, written anew where it is scratch (`grad_` and the operand's name).
   */
  multiply(i: number, n: number, t: number): void;
}

/** One time step for the first n rows of a batch. */
export type StepFunction = (n: number, t: number) => void;

/** What a step of a cell works on. */
export interface Layout {
  /** The first state is the output `h`, and has H numbers. */
  readonly states: Widths;
  /** What backward reads besides inputs, activations and states. */
  readonly saved?: Widths;
  /**
   * What a backward step needs besides, one matrix each; `grad_rh` is where the gradient of a product's operand
   * `rh` goes.
   */
  readonly scratch?: Widths;
  /** The products inside of a step. */
  readonly products: readonly Product[];
}

/** The loop over all time steps in machine code, for a cell that has one. */
export interface Loop {
  /** A WebAssembly module with the loop for either dtype, `steps32` and `steps64`. */
  readonly code: WasmModule;
  /** Which series the loop takes, in the order of its arguments, after the packed weights of the cell's products. */
  readonly series: readonly string[];
  /** About how long it takes for one hidden unit of one sample at one step, without the products, in nanoseconds. */
  readonly cost: number;
}

/** A parameter under its own name: a part of the packed weights W (H + I, N), or of the packed biases b (N). */
export interface ParameterPart {
  /** Rows of W; left out for a bias. */
  readonly rows?: readonly [from: number, to: number];
  readonly columns: readonly [from: number, to: number];
  /** Where its sizes come from, for messages: `hidden 4 + input 3`. */
  readonly note: string;
}

/**
 * Where an entry of the spec's cache of step t lies: in a series (`after` is 1 for the state after the step, `gate` the number
 * of the gate), or it is the weight of the entry's own name.
 */
export type CacheEntry = { readonly series: string; readonly after?: 1; readonly gate?: number } | 'weight';

/**
 * What a recurrent cell is. The engine does the rest: parameters, memory, the input part of all steps in one product, the
 * loop over time, weight gradients, caches, streaming, the op of the graph, the layer class.
 *
 * The packed weights W (H + I, N) have the hidden part in their first H rows, N being H numbers for each gate.
 */
export interface Cell {
  /** In names and messages: 'lstm' for `lstmForward`, `lstmSequence`. */
  readonly name: string;
  /** H columns each of W and b, in this order. */
  readonly gates: readonly string[];
  /** What a step works on, for a layer of these sizes. */
  layout(sizes: Sizes): Layout;
  /**
   * The output state takes the place of the pre-activations, and the gradient of the pre-activations that of the state: for
   * a cell of one gate whose activation is the state. `a` is `h` one step later then.
   */
  readonly inPlace?: boolean;
  /** Called once a run; what it returns is called for t = 0 … T - 1. */
  forward(run: Run): StepFunction;
  /** Likewise, for t = T - 1 … 0. */
  backward(run: Run): StepFunction;
  readonly loops?: { readonly forward: Loop; readonly backward: Loop };
  /** The parameters under their own names, in the order of the spec's argument lists. */
  parameters(sizes: Sizes): Readonly<Record<string, ParameterPart>>;
  /** First values, packed. */
  initial(sizes: Sizes, rng: Random, dtype: Dtype): { W: NdArray; b: NdArray };
  /** The cache of one step under the spec's names. */
  readonly cache: Readonly<Record<string, CacheEntry>>;
}

/** The parameters of a gated cell: `W_f` (H + I, H) and `b_f` (H) for gate f. */
export const gateParameters =
  (gates: readonly string[]): Cell['parameters'] =>
  ({ I, H }) => {
    const parts: Record<string, ParameterPart> = {};
    gates.forEach((gate, g) => {
      const columns = [g * H, (g + 1) * H] as const;
      parts[`W_${gate}`] = { rows: [0, H + I], columns, note: `hidden ${H} + input ${I}` };
      parts[`b_${gate}`] = { columns, note: `hidden ${H}` };
    });
    return parts;
  };

// Entries of the cache table.

/** The input x_t. */
export const input: CacheEntry = { series: 'x' };
/** A state before the step. */
export const before = (state: string): CacheEntry => ({ series: state });
/** A state after the step. */
export const after = (state: string): CacheEntry => ({ series: state, after: 1 });
/** The activation of gate number g. */
export const gate = (g: number): CacheEntry => ({ series: 'a', gate: g });
/** Something that the cell saves. */
export const saved = (name: string): CacheEntry => ({ series: name });
/** The weight of that name. */
export const weight: CacheEntry = 'weight';
