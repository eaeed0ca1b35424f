/** Comparing arrays in tests: to the last bit, or within a tolerance. */

import { dtypeOf, type NdArray } from '@retrograd/arrays';
import { formatShape, isDense } from '@retrograd/arrays/internal';
import { currentKernels } from '@retrograd/kernels';
import * as assert from 'uvu/assert';
import { entriesOf } from './views.js';

/** Same shape, same dtype, same entries to the last bit (0 and -0 differ, NaN equals NaN). */
export function assertSameBits(actual: NdArray, expected: NdArray, message: string): void {
  assert.is(formatShape(actual.shape), formatShape(expected.shape), `${message}: shape`);
  assert.is(dtypeOf(actual), dtypeOf(expected), `${message}: dtype`);
  assertEntries(entriesOf(actual), entriesOf(expected), message);
}

/** The same numbers to the last bit (0 and -0 differ, NaN equals NaN). */
export function assertEntries(actual: readonly number[], expected: readonly number[], message: string): void {
  assert.is(actual.length, expected.length, `${message}: number of entries`);
  for (let i = 0; i < actual.length; i++) {
    if (!Object.is(actual[i], expected[i])) {
      assert.unreachable(`${message}: entry ${i} is ${show(actual[i])}, expected ${show(expected[i])}`);
    }
  }
}

/** Same shape, and every entry within atol + rtol |expected|. */
export function assertClose(
  actual: NdArray,
  expected: NdArray,
  message: string,
  { rtol = 1e-12, atol = 1e-14 } = {},
): void {
  assert.is(formatShape(actual.shape), formatShape(expected.shape), `${message}: shape`);
  const a = entriesOf(actual);
  const b = entriesOf(expected);
  for (let i = 0; i < a.length; i++) {
    const near = Object.is(a[i], b[i]) || Math.abs(a[i] - b[i]) <= atol + rtol * Math.abs(b[i]);
    if (!near) assert.unreachable(`${message}: entry ${i} is ${show(a[i])}, expected ${show(b[i])}`);
  }
}

/**
 * Whether every entry of a product is one sum in one order. A native library's order depends on sizes and
 * layout.
 */
export const sumsInOneOrder = (): boolean => currentKernels().blas === undefined;

/** Two products that are the same: to the last bit, by a native library to rounding. */
export function assertSameProduct(actual: NdArray, expected: NdArray, message: string): void {
  if (sumsInOneOrder()) {
    assertSameBits(actual, expected, message);
    return;
  }
  const tolerance = dtypeOf(expected) === 'float64' ? 1e-13 : 1e-5;
  assert.is(dtypeOf(actual), dtypeOf(expected), `${message}: dtype`);
  assertClose(actual, expected, message, { rtol: tolerance, atol: tolerance });
}

/** A fresh array as every function should give it: dense, of this dtype. */
export function assertFresh(actual: NdArray, args: readonly NdArray[], message: string): void {
  assert.ok(isDense(actual), `${message}: the result is dense`);
  for (const arg of args) {
    assert.ok(actual.data.buffer !== arg.data.buffer, `${message}: the result shares no memory`);
  }
}

function show(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
