import { concat, type IndexArray, type NdArray } from '@retrograd/arrays';
import type { ModelState } from '@retrograd/nn';

/** Rows from the first on to the one before the second. */
export type Rows = readonly [from: number, to: number];

/**
 * Part `i` of `parts` of so many rows: their sizes differ by one at most, and half of the parts are the parts
 * of half as many.
 */
export const rowsOf = (rows: number, i: number, parts: number): Rows => [
  Math.floor((i * rows) / parts),
  Math.floor(((i + 1) * rows) / parts),
];

/** A view of some rows. */
export const takeRows = <A extends IndexArray>(array: A, [from, to]: Rows): A => {
  const inner = array.shape.slice(1).map(() => 0);
  return array.lo(from, ...inner).hi(to - from, ...array.shape.slice(1)) as A;
};

/** Some rows of a hidden state. */
export const takeStateRows = (state: ModelState, rows: Rows): ModelState =>
  state.map((layer) => layer.map((array) => takeRows(array, rows)));

/** Hidden states of rows that follow each other, as one. */
export const joinStates = (states: readonly ModelState[]): ModelState =>
  states[0].map((layer, i) => layer.map((_, j): NdArray => concat(states.map((state) => state[i][j]))));
