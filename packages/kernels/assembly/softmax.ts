// What softmax and cross-entropy need of rows of V logits, in f64 whatever the logits are stored in. Pointers in bytes.
import { expNegative } from './math';
import { all, get, next, put } from './simd';

/** Largest entry of a row; NaN is passed over, as in the plain kernel. */
// @ts-ignore: decorator
@inline
function largestOf(x: usize, end: usize): f64 {
  let pair = all<f64>(-Infinity);
  while (x < end) {
    const whole = x + 16 <= end;
    pair = v128.pmax<f64>(pair, get<f64>(x, whole));
    x += next<f64>(whole);
  }
  return max(f64x2.extract_lane(pair, 0), f64x2.extract_lane(pair, 1));
}

/**
 * For each of N rows: the largest logit, e^(x - largest) for every entry, and the sum of these.
 * @param x       (N, V)
 * @param out     (N, V), may be x
 * @param largest (N)
 * @param sums    (N)
 */
export function exponentials(N: i32, V: i32, x: usize, out: usize, largest: usize, sums: usize): void {
  for (let n = 0; n < N; n++) {
    const end = x + <usize>V * 8;
    const m = largestOf(x, end);
    const shift = all<f64>(m);
    let pair = all<f64>(0);
    let rest: f64 = 0;
    while (x < end) {
      const whole = x + 16 <= end;
      const e = expNegative<f64>(v128.sub<f64>(get<f64>(x, whole), shift));
      put<f64>(out, e, whole);
      if (whole) pair = v128.add<f64>(pair, e);
      else rest = f64x2.extract_lane(e, 0);
      x += next<f64>(whole);
      out += next<f64>(whole);
    }
    store<f64>(largest, m);
    store<f64>(sums, f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1) + rest);
    largest += 8;
    sums += 8;
  }
}
