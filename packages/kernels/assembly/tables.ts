// The constants of vector code, in the order of `At` (constants.ts), which says where they are.

/*
 * 1, 2, -0. Then log2 e; two numbers that round n to an integer when they are added to it, and leave it in
 * the low bits together with the bias of exponents: these bits, shifted to their place, are 2^n, or 2^(n +
 * 24) and 2^(n + 54) with the second number; -ln 2 in two parts, so that n ln 2 is right to the last digit;
 * the smallest x for which e^x is not 0; 2^-24 or 2^-54, which undoes the scaling; the smallest -2|x| that
 * tanh needs; the coefficients of the polynomial of e^r.
 */
memory.data<f64>([
  1, 2, -0.0,
  1.4426950408889634, 6755399441056767, 6755399441056821, -6.93147180369123816490e-1, -1.90821492927058770002e-10, -746,
  5.551115123125783e-17, -44,
  0.5000000000000001, 0.16666666666666669, 0.041666666666624164, 0.008333333333330065, 0.0013888888917196719,
  0.00019841269863040545, 2.4801521322368692e-5, 2.7557268480310024e-6, 2.7620075879983367e-7, 2.5100375832561234e-8,
]);
memory.data<f32>([
  1, 2, -0.0,
  1.4426950408889634, 12583039, 12583063, -0.693145751953125, -1.42860682030941723212e-6, -104, 5.9604644775390625e-8, -20,
  0.5, 0.1666657702559799, 0.041666554662050534, 0.008363173074513711, 0.001392617611993558,
]);
