// Constants of vector code, read from memory: engines build a constant that is written in the code anew at every use, in three
// instructions. The compiler places the tables below the memory that is given out (packages/kernels/src/wasm/memory.ts), those
// of each module elsewhere (scripts/assemble.mjs).

/** Places in the tables. */
export const enum At {
  one,
  two,
  sign,
  log2e,
  shift,
  shiftUp,
  ln2High,
  ln2Low,
  least,
  back,
  tanhLeast,
  c0,
  c1,
  c2,
  c3,
  c4,
  c5,
  c6,
  c7,
  c8,
  c9,
}

// 1, which the cells need too: apart from the tables, which their modules are spared.
const one32 = memory.data<f32>([1]);
const one64 = memory.data<f64>([1]);

/*
 * 2, -0. Then log2 e; what, added to a float n, leaves it rounded to an integer in the low bits, plus the bias of exponents:
 * the bits of 2^n, or of 2^(n + 24) and 2^(n + 54), are these bits shifted to their place; -ln 2 in two parts, so that n ln 2 is
 * right to the last digit; the least x of e^x that is not 0, and 2^-24 or 2^-54, by which denormal results are scaled; the
 * least -2|x| that tanh needs; the coefficients of the polynomial of e^r.
 */
const table32 = memory.data<f32>([
  2, -0.0,
  1.4426950408889634, 12583039, 12583063, -0.693145751953125, -1.42860682030941723212e-6, -104, 5.9604644775390625e-8, -20,
  0.5, 0.1666657702559799, 0.041666554662050534, 0.008363173074513711, 0.001392617611993558,
]);
const table64 = memory.data<f64>([
  2, -0.0,
  1.4426950408889634, 6755399441056767, 6755399441056821, -6.93147180369123816490e-1, -1.90821492927058770002e-10, -746,
  5.551115123125783e-17, -44,
  0.5000000000000001, 0.16666666666666669, 0.041666666666624164, 0.008333333333330065, 0.0013888888917196719,
  0.00019841269863040545, 2.4801521322368692e-5, 2.7557268480310024e-6, 2.7620075879983367e-7, 2.5100375832561234e-8,
]);

/** A constant in every lane. */
// @ts-ignore: decorator
@inline
export function constant<T>(at: At): v128 {
  if (at == At.one) return v128.load_splat<T>(sizeof<T>() == 8 ? one64 : one32);
  const i = at - At.two;
  return v128.load_splat<T>(sizeof<T>() == 8 ? table64 + 8 * i : table32 + 4 * i);
}
