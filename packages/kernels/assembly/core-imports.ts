// Functions of the core module (modules/core.ts), which all other modules import when they are loaded. So
// each of these is small, and a program contains only those that it uses. Such a call takes a few
// nanoseconds: there are a few for each row, and none for each entry.

// @ts-ignore: decorator
@external('core', 'gemm32')
declare function gemm32(
  transA: bool, transB: bool, packedB: bool, M: i32, N: i32, K: i32,
  a: usize, lda: usize, b: usize, ldb: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void;

// @ts-ignore: decorator
@external('core', 'gemm64')
declare function gemm64(
  transA: bool, transB: bool, packedB: bool, M: i32, N: i32, K: i32,
  a: usize, lda: usize, b: usize, ldb: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void;

// @ts-ignore: decorator
@external('core', 'sigmoid32')
declare function sigmoid32(n: i32, x: usize, out: usize): void;

// @ts-ignore: decorator
@external('core', 'sigmoid64')
declare function sigmoid64(n: i32, x: usize, out: usize): void;

// @ts-ignore: decorator
@external('core', 'tanh32')
declare function tanh32(n: i32, x: usize, out: usize): void;

// @ts-ignore: decorator
@external('core', 'tanh64')
declare function tanh64(n: i32, x: usize, out: usize): void;

/** C (M, N) = A (M, K) B, plus C when `accumulate`, for a B that was packed before, as in gemm.ts. */
export function gemmPacked<T>(
  M: i32, N: i32, K: i32, a: usize, lda: usize, b: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void {
  if (sizeof<T>() == 8) gemm64(false, false, true, M, N, K, a, lda, b, 0, accumulate, c, ldc, work);
  else gemm32(false, false, true, M, N, K, a, lda, b, 0, accumulate, c, ldc, work);
}

/** out = sigmoid(x) for n entries, as elementwise.ts. */
// @ts-ignore: decorator
@inline
export function sigmoidOf<T>(n: i32, x: usize, out: usize): void {
  if (sizeof<T>() == 8) sigmoid64(n, x, out);
  else sigmoid32(n, x, out);
}

/** out = tanh(x) for n entries, as elementwise.ts. */
// @ts-ignore: decorator
@inline
export function tanhOf<T>(n: i32, x: usize, out: usize): void {
  if (sizeof<T>() == 8) tanh64(n, x, out);
  else tanh32(n, x, out);
}
