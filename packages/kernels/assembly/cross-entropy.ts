// Cross-entropy of rows of V logits and its gradient: exponentials in the type of the logits, sums in f64.
// Pointers in bytes.
import { expNegative } from './math';
import { get, next, put, splat } from './simd';

/** Largest entry of a row; NaN is ignored, as in the plain kernel. */
// @ts-ignore: decorator
@inline
function largestOf<T>(x: usize, end: usize): T {
  let most = splat<T>(-Infinity);
  while (x < end) {
    const whole = x + 16 <= end;
    most = v128.pmax<T>(most, get<T>(x, whole));
    x += next<T>(whole);
  }
  // Over the lanes: first the two halves, then the two lanes of a half.
  most = v128.pmax<T>(most, v128.shuffle<i64>(most, most, 1, 0));
  if (sizeof<T>() == 4) most = v128.pmax<T>(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  return v128.extract_lane<T>(most, 0);
}

/** x = e^(x - m) for a row. @returns their sum */
// @ts-ignore: decorator
@inline
function exponentials<T>(x: usize, end: usize, m: T): f64 {
  const shift = v128.splat<T>(m);
  let sums = splat<f64>(0);
  let rest: f64 = 0;
  while (x < end) {
    const whole = x + 16 <= end;
    const e = expNegative<T>(v128.sub<T>(get<T>(x, whole), shift));
    put<T>(x, e, whole);
    if (!whole) rest += <f64>v128.extract_lane<T>(e, 0);
    else if (sizeof<T>() == 8) sums = v128.add<f64>(sums, e);
    else {
      const high = v128.shuffle<i64>(e, e, 1, 0);
      sums = v128.add<f64>(sums, v128.add<f64>(f64x2.promote_low_f32x4(e), f64x2.promote_low_f32x4(high)));
    }
    x += next<T>(whole);
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) + rest;
}

/**
 * As `Kernels.crossEntropyRows`, in place.
 * @param x      (N, V); becomes the gradient if that is wanted, else the exponentials
 * @param rows   (N, 2) of f64
 */
// @ts-ignore: decorator
@inline
function crossEntropy<T>(N: i32, V: i32, x: usize, rows: usize, scale: f64, wanted: bool): void {
  for (let n = 0; n < N; n++) {
    const end = x + <usize>V * sizeof<T>();
    const target = x + <usize>load<f64>(rows) * sizeof<T>();
    const m = largestOf<T>(x, end);
    const logit = load<T>(target);
    const sum = exponentials<T>(x, end, m);
    store<f64>(rows, sum);
    store<f64>(rows, <f64>logit - <f64>m, 8);
    if (wanted) {
      // From the double, as p - 1 is small where the model is sure.
      const atTarget = <T>(scale * (<f64>load<T>(target) / sum - 1));
      const factor = v128.splat<T>(<T>(scale / sum));
      while (x < end) {
        const whole = x + 16 <= end;
        put<T>(x, v128.mul<T>(get<T>(x, whole), factor), whole);
        x += next<T>(whole);
      }
      store<T>(target, atTarget);
    }
    x = end;
    rows += 16;
  }
}

export function crossEntropy32(N: i32, V: i32, x: usize, rows: usize, scale: f64, wanted: bool): void {
  crossEntropy<f32>(N, V, x, rows, scale, wanted);
}

export function crossEntropy64(N: i32, V: i32, x: usize, rows: usize, scale: f64, wanted: bool): void {
  crossEntropy<f64>(N, V, x, rows, scale, wanted);
}
