// Vectors of either float type. T is f32 (4 lanes) or f64 (2 lanes); the compiler decides every branch on it.

/** Bytes of an entry: of float64 when `isF64`, else of float32. */
// @ts-ignore: decorator
@inline
export function sizeOf(isF64: bool): usize {
  return isF64 ? 8 : 4;
}

/** The number in every lane. */
// @ts-ignore: decorator
@inline
export function splat<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/**
 * a · b + c: rounded once in the module's build for relaxed SIMD, on machines that have a fused multiply-add;
 * else rounded twice. Where `add` of `mul` is written instead, both builds round twice.
 */
// @ts-ignore: decorator
@inline
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/**
 * Bytes from one place in a row of `bytes` to the next: a vector, or one entry where no whole vector is left.
 */
// @ts-ignore: decorator
@inline
export function next<T>(whole: bool): usize {
  return whole ? 16 : sizeof<T>();
}

/** A whole vector, or one entry in every lane, for the rest of a row. */
// @ts-ignore: decorator
@inline
export function get<T>(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load_splat<T>(at);
}

/** Stores a whole vector, or its first lane. */
// @ts-ignore: decorator
@inline
export function put<T>(at: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at, value);
  else v128.store_lane<T>(at, value, 0);
}
