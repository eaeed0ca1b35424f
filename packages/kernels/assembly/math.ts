// exp, tanh and the logistic function on vectors of either type. All three rest on e^r - 1 for |r| <= ln 2 / 2, from the Taylor
// series in Horner's form: to the term of order 13 in f64 (the rest is below 5e-18) and 8 in f32 (below 3e-10).
//
// Errors over the whole range, in units in the last place: exp 1, the logistic function 2, tanh 2 in f32 and 4 in f64.
import { all } from './simd';

/** e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2; n ln 2 in two parts, so that r is right to the last digit. */
const LOG2_E = 1.4426950408889634;
const LN2_HIGH_64 = 6.93147180369123816490e-1;
const LN2_LOW_64 = 1.90821492927058770002e-10;
const LN2_HIGH_32 = 0.693145751953125;
const LN2_LOW_32 = 1.42860682030941723212e-6;

/** n = round(x / ln 2), as a float. */
// @ts-ignore: decorator
@inline
function exponent<T>(x: v128): v128 {
  return v128.nearest<T>(v128.mul<T>(x, all<T>(LOG2_E)));
}

// @ts-ignore: decorator
@inline
function remainder<T>(x: v128, n: v128): v128 {
  const high = sizeof<T>() == 8 ? LN2_HIGH_64 : LN2_HIGH_32;
  const low = sizeof<T>() == 8 ? LN2_LOW_64 : LN2_LOW_32;
  return v128.sub<T>(v128.sub<T>(x, v128.mul<T>(n, all<T>(high))), v128.mul<T>(n, all<T>(low)));
}

// @ts-ignore: decorator
@inline
function horner<T>(sum: v128, r: v128, coefficient: f64): v128 {
  return v128.add<T>(v128.mul<T>(sum, r), all<T>(coefficient));
}

/** e^r - 1 = r + r² (1/2! + r (1/3! + …)); relatively right down to the smallest r. */
// @ts-ignore: decorator
@inline
function expm1Small<T>(r: v128): v128 {
  let sum: v128;
  if (sizeof<T>() == 8) {
    sum = all<T>(1.0 / 6227020800.0);
    sum = horner<T>(sum, r, 1.0 / 479001600.0);
    sum = horner<T>(sum, r, 1.0 / 39916800.0);
    sum = horner<T>(sum, r, 1.0 / 3628800.0);
    sum = horner<T>(sum, r, 1.0 / 362880.0);
    sum = horner<T>(sum, r, 1.0 / 40320.0);
  } else {
    sum = all<T>(1.0 / 40320.0);
  }
  sum = horner<T>(sum, r, 1.0 / 5040.0);
  sum = horner<T>(sum, r, 1.0 / 720.0);
  sum = horner<T>(sum, r, 1.0 / 120.0);
  sum = horner<T>(sum, r, 1.0 / 24.0);
  sum = horner<T>(sum, r, 1.0 / 6.0);
  sum = horner<T>(sum, r, 0.5);
  return v128.add<T>(v128.mul<T>(v128.mul<T>(r, r), sum), r);
}

/** n as integers, in lanes as wide as T's. Adding 1.5 · 2^52 leaves an f64 integer in the low bits. */
// @ts-ignore: decorator
@inline
function toInteger<T>(n: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.trunc_sat_f32x4_s(n);
  const shift = f64x2.splat(6755399441055744.0);
  return i64x2.sub(f64x2.add(n, shift), shift);
}

/** 2^n for integers n within the range of normal numbers. */
// @ts-ignore: decorator
@inline
function power<T>(n: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
  return i64x2.shl(i64x2.add(n, i64x2.splat(1023)), 52);
}

/** e^x, for x that `clamp` passed. Scaled in two halves, so that denormal results come out right. */
// @ts-ignore: decorator
@inline
function expClamped<T>(x: v128): v128 {
  const n = exponent<T>(x);
  const e = v128.add<T>(expm1Small<T>(remainder<T>(x, n)), all<T>(1.0));
  const whole = toInteger<T>(n);
  const half = sizeof<T>() == 4 ? i32x4.shr_s(whole, 1) : i64x2.shr_s(whole, 1);
  const rest = sizeof<T>() == 4 ? i32x4.sub(whole, half) : i64x2.sub(whole, half);
  return v128.mul<T>(v128.mul<T>(e, power<T>(half)), power<T>(rest));
}

/** e^x; 0 below and Infinity above the range of T; NaN stays NaN (pmin and pmax keep their first argument then). */
// @ts-ignore: decorator
@inline
export function exp<T>(x: v128): v128 {
  const low = sizeof<T>() == 8 ? -746.0 : -104.0;
  const high = sizeof<T>() == 8 ? 710.0 : 89.0;
  return expClamped<T>(v128.pmax<T>(v128.pmin<T>(x, all<T>(high)), all<T>(low)));
}

/** 1 / (1 + e^-x), from e^-|x|, which never overflows: numerator 1 on the right, e^x on the left. */
// @ts-ignore: decorator
@inline
export function sigmoid<T>(x: v128): v128 {
  const e = exp<T>(v128.neg<T>(v128.abs<T>(x)));
  const one = all<T>(1.0);
  const numerator = v128.bitselect(e, one, v128.lt<T>(x, all<T>(0.0)));
  return v128.div<T>(numerator, v128.add<T>(one, e));
}

/**
 * tanh |x| = (e^2|x| - 1) / (e^2|x| + 1), right for the smallest x; from e^2|x| - 1 = 2 on 1 - 2 / (e^2|x| + 1), which rises
 * steadily to 1, where a quotient of two large sums would go back and forth. The sign is put back, that of -0 too.
 */
// @ts-ignore: decorator
@inline
export function tanh<T>(x: v128): v128 {
  const limit = sizeof<T>() == 8 ? 44.0 : 20.0;
  const twice = v128.pmin<T>(v128.mul<T>(v128.abs<T>(x), all<T>(2.0)), all<T>(limit));
  const n = exponent<T>(twice);
  const scale = power<T>(toInteger<T>(n));
  const one = all<T>(1.0);
  const two = all<T>(2.0);
  const small = v128.mul<T>(expm1Small<T>(remainder<T>(twice, n)), scale);
  const expm1 = v128.add<T>(small, v128.sub<T>(scale, one));
  const large = v128.gt<T>(expm1, two);
  const part = v128.div<T>(v128.bitselect(two, expm1, large), v128.add<T>(expm1, two));
  const t = v128.bitselect(v128.sub<T>(one, part), part, large);
  const sign = v128.and(x, all<T>(-0.0));
  return v128.or(t, sign);
}
