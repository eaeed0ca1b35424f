import type { Dtype } from '@retrograd/arrays';

/** How the numbers of one safetensors format are read. */
export interface StoredDtype {
  /** Bytes a number. */
  readonly bytes: number;
  /** The dtype that holds all of its numbers exactly (64-bit integers beyond 2^53 excepted). */
  readonly dtype: Dtype;
  readonly read: (view: DataView, at: number) => number;
}

/** The files are little-endian on every machine. */
const LITTLE = true;

/**
 * The formats that can become arrays. No array here holds the others (8-bit floats, complex numbers) exactly.
 */
export const STORED: ReadonlyMap<string, StoredDtype> = new Map<string, StoredDtype>([
  ['F64', { bytes: 8, dtype: 'float64', read: (v, at) => v.getFloat64(at, LITTLE) }],
  ['F32', { bytes: 4, dtype: 'float32', read: (v, at) => v.getFloat32(at, LITTLE) }],
  ['F16', { bytes: 2, dtype: 'float32', read: (v, at) => fromHalf(v.getUint16(at, LITTLE)) }],
  ['BF16', { bytes: 2, dtype: 'float32', read: (v, at) => fromBrain(v.getUint16(at, LITTLE)) }],
  ['I64', { bytes: 8, dtype: 'float64', read: (v, at) => Number(v.getBigInt64(at, LITTLE)) }],
  ['U64', { bytes: 8, dtype: 'float64', read: (v, at) => Number(v.getBigUint64(at, LITTLE)) }],
  ['I32', { bytes: 4, dtype: 'float64', read: (v, at) => v.getInt32(at, LITTLE) }],
  ['U32', { bytes: 4, dtype: 'float64', read: (v, at) => v.getUint32(at, LITTLE) }],
  ['I16', { bytes: 2, dtype: 'float64', read: (v, at) => v.getInt16(at, LITTLE) }],
  ['U16', { bytes: 2, dtype: 'float64', read: (v, at) => v.getUint16(at, LITTLE) }],
  ['I8', { bytes: 1, dtype: 'float64', read: (v, at) => v.getInt8(at) }],
  ['U8', { bytes: 1, dtype: 'float64', read: (v, at) => v.getUint8(at) }],
  ['BOOL', { bytes: 1, dtype: 'float64', read: (v, at) => v.getUint8(at) }],
]);

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));

/** bfloat16: the upper half of a binary32. */
function fromBrain(bits: number): number {
  scratch.setUint32(0, bits * 0x10000);
  return scratch.getFloat32(0);
}
