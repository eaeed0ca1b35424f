import { ValueError } from '@retrograd/kernels';
import { formatShape } from '@retrograd/kernels/internal';
import { checkIndexArray } from './checks.js';
import { sizeOf } from './shape.js';
import { copyStrided } from './strided.js';
import type { IndexArray } from './types.js';

/**
 * Reads a mask into flat flags, for losses over some of the steps: 1 where it is not zero. A mask selects; it
 * is not a weight.
 * @param mask any view over numbers, of `shape`; null or undefined selects all
 * @returns as many flags as `shape` has entries, in C order; null for all
 * @throws DtypeError when the mask is not an array of numbers, ShapeError when it has another shape,
 *         ValueError when it holds NaN
 */
export function readMask(
  op: string,
  argument: string,
  mask: IndexArray | null | undefined,
  shape: readonly number[],
): Uint8Array | null {
  if (mask === undefined || mask === null) return null;
  checkIndexArray(op, argument, mask, shape);
  const values = readNumbers(mask, shape);
  const flags = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]))
      throw new ValueError(op, argument, 'free of NaN', `NaN at ${formatPlace(i, shape)}`);
    flags[i] = values[i] === 0 ? 0 : 1;
  }
  return flags;
}

/**
 * Reads classes into flat indices. They may come as integers or as floats that hold integers. A step that is
 * not selected is padding: its target is not read, and its index is 0.
 * @param targets  any view over numbers, of `shape`
 * @param classes  V: a target is one of 0, 1, ..., V - 1
 * @param selected flags from `readMask`
 * @returns as many indices as `shape` has entries, in C order
 * @throws DtypeError when targets is not an array of numbers, ShapeError when it has another shape,
 *         ValueError when a selected target is not an integer from 0 to V - 1
 */
export function readTargets(
  op: string,
  argument: string,
  targets: IndexArray,
  shape: readonly number[],
  classes: number,
  selected: Uint8Array | null,
): Int32Array {
  checkIndexArray(op, argument, targets, shape);
  const values = readNumbers(targets, shape);
  const indices = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (selected !== null && selected[i] === 0) continue;
    const value = values[i];
    if (!Number.isInteger(value) || value < 0 || value >= classes) {
      const range = classes === 0 ? 'empty (there are 0 classes)' : `integers from 0 to ${classes - 1}`;
      throw new ValueError(op, argument, range, `${value} at ${formatPlace(i, shape)}`);
    }
    indices[i] = value;
  }
  return indices;
}

function readNumbers(x: IndexArray, shape: readonly number[]): Float64Array {
  const values = new Float64Array(sizeOf(shape));
  copyStrided(x, values);
  return values;
}

/** The indices of the i-th entry in C order of an array of this shape, as in messages: `[0, 2]`. */
export function formatPlace(i: number, shape: readonly number[]): string {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = i % shape[axis];
    i = Math.floor(i / shape[axis]);
  }
  return formatShape(index);
}
