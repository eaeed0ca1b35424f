import type { Dtype, FloatData } from './types.js';

// A typed array of more than 64 bytes gets a piece of memory outside the engine's heap, and taking and freeing that costs
// more than a microsecond; a part of one that is there already costs a fifth. So work whose arrays nobody else sees may take
// its small arrays from shared pieces, the slabs.
//
// The rule: an array that is handed out owns its buffer whole (`data.buffer.byteLength === data.byteLength`), since callers
// transfer buffers, read their bytes, or keep one array of many. So slabs are off unless `withSlabs` turned them on, and
// who does that copies what leaves, and turns them off again around functions that are not the library's own.
// No part of a slab is ever given out twice: an array keeps its slab alive, and garbage collection does the rest.

/** Bytes of a slab; arrays of more than an eighth of it are made as always. */
const SLAB = 8192;
const LARGEST = SLAB / 8;

/** How small arrays are cut from slabs while that is on; only `withSlabs` knows, so programs that never call it are spared the code. */
let cut: ((dtype: Dtype, n: number) => FloatData | null) | null = null;
let slab = /* @__PURE__ */ new ArrayBuffer(0);
let used = 0;

/** Runs `fn` with small arrays cut from slabs, or not; the switch is restored even when `fn` throws. */
export function withSlabs<T>(wanted: boolean, fn: () => T): T {
  const before = cut;
  cut = wanted ? cutFromSlab : null;
  try {
    return fn();
  } finally {
    cut = before;
  }
}

/** Fresh zeros for `n` entries, from a slab where that is on and worth it. */
export function allocate(dtype: Dtype, n: number): FloatData {
  return cut?.(dtype, n) ?? (dtype === 'float64' ? new Float64Array(n) : new Float32Array(n));
}

/** @returns null for an array that is too large */
function cutFromSlab(dtype: Dtype, n: number): FloatData | null {
  // Whole multiples of 8 bytes, so that every start suits both dtypes.
  const bytes = dtype === 'float64' ? 8 * n : 8 * ((n + 1) >> 1);
  if (bytes > LARGEST) return null;
  if (used + bytes > slab.byteLength) {
    slab = new ArrayBuffer(SLAB);
    used = 0;
  }
  const start = used;
  used += bytes;
  return dtype === 'float64' ? new Float64Array(slab, start, n) : new Float32Array(slab, start, n);
}

/**
 * Whether an array may share its buffer with others. One of up to 64 bytes is not asked: to show its buffer takes longer than a
 * copy of it.
 */
export function mayShareSlab(data: FloatData): boolean {
  const { byteLength } = data;
  return byteLength <= LARGEST && (byteLength <= 64 || data.buffer.byteLength > byteLength);
}
