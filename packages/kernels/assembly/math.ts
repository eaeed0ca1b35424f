// exp of numbers that are not positive, tanh and the logistic function, on vectors of either type. All three
// use e^r - 1 for |r| <= ln 2 / 2, from the polynomial that equals (e^r - 1 - r) / r² at the Chebyshev nodes
// of that range: of degree 9 in f64 (error 1e-16) and 4 in f32 (6.5e-8).
//
// Errors over the whole range, in units in the last place: exp 1, the logistic function 2, tanh 2 in f32 and
// 4 in f64.
import { At, constant } from './constants';
import { madd } from './simd';

/** round(x / ln 2) plus `shift`, so that the rounded integer is in the low bits. */
// @ts-ignore: decorator
@inline
function exponent<T>(x: v128, shift: v128): v128 {
  return madd<T>(x, constant<T>(At.log2e), shift);
}

/** 2^n for n from `exponent`, in the range of normal numbers; scaled if its shift was `shiftScaled`. */
// @ts-ignore: decorator
@inline
function power<T>(n: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.shl(n, 23) : i64x2.shl(n, 52);
}

/**
 * r = x - n ln 2, |r| <= ln 2 / 2. The last sum is rounded twice in both builds, as `add` of `mul` is in
 * general.
 */
// @ts-ignore: decorator
@inline
function remainder<T>(x: v128, exponent: v128, shift: v128): v128 {
  const n = v128.sub<T>(exponent, shift);
  return v128.add<T>(v128.mul<T>(n, constant<T>(At.ln2Low)), madd<T>(n, constant<T>(At.ln2High), x));
}

/** e^r - 1 = r + r² (c0 + r (c1 + …)); with a small relative error down to the smallest r. */
// @ts-ignore: decorator
@inline
function expm1Small<T>(r: v128): v128 {
  let sum: v128;
  if (sizeof<T>() == 8) {
    sum = madd<T>(constant<T>(At.c9), r, constant<T>(At.c8));
    sum = madd<T>(sum, r, constant<T>(At.c7));
    sum = madd<T>(sum, r, constant<T>(At.c6));
    sum = madd<T>(sum, r, constant<T>(At.c5));
    sum = madd<T>(sum, r, constant<T>(At.c4));
  } else {
    sum = constant<T>(At.c4);
  }
  sum = madd<T>(sum, r, constant<T>(At.c3));
  sum = madd<T>(sum, r, constant<T>(At.c2));
  sum = madd<T>(sum, r, constant<T>(At.c1));
  sum = madd<T>(sum, r, constant<T>(At.c0));
  return madd<T>(v128.mul<T>(r, r), sum, r);
}

/**
 * e^x for x <= 0; NaN stays NaN (pmax keeps its first argument then). Scaled in two steps, so that denormal
 * results are right.
 */
// @ts-ignore: decorator
@inline
export function expNegative<T>(x: v128): v128 {
  const clamped = v128.pmax<T>(x, constant<T>(At.expMin));
  const shift = constant<T>(At.shiftScaled);
  const n = exponent<T>(clamped, shift);
  const e = v128.add<T>(expm1Small<T>(remainder<T>(clamped, n, shift)), constant<T>(At.one));
  return v128.mul<T>(v128.mul<T>(e, power<T>(n)), constant<T>(At.unscale));
}

/** 1 / (1 + e^-x), from e^-|x|, which never overflows: with numerator 1 for x >= 0, e^x for x < 0. */
// @ts-ignore: decorator
@inline
export function sigmoid<T>(x: v128): v128 {
  const e = expNegative<T>(v128.or(x, constant<T>(At.signBit)));
  const one = constant<T>(At.one);
  const numerator = v128.bitselect(e, one, v128.lt<T>(x, v128.splat<T>(<T>0)));
  return v128.div<T>(numerator, v128.add<T>(one, e));
}

/**
 * tanh |x| = (1 - e^-2|x|) / (1 + e^-2|x|), right for the smallest x. The sign is copied from x, that of -0
 * too.
 */
// @ts-ignore: decorator
@inline
export function tanh<T>(x: v128): v128 {
  const sign = constant<T>(At.signBit);
  const negative = v128.or(x, sign);
  const twice = v128.pmax<T>(v128.add<T>(negative, negative), constant<T>(At.tanhMin));
  const shift = constant<T>(At.shift);
  const n = exponent<T>(twice, shift);
  const scale = power<T>(n);
  const small = v128.mul<T>(expm1Small<T>(remainder<T>(twice, n, shift)), scale);
  const expm1 = v128.add<T>(small, v128.sub<T>(scale, constant<T>(At.one)));
  const t = v128.div<T>(expm1, v128.add<T>(expm1, constant<T>(At.two)));
  return v128.bitselect(x, t, sign);
}
