import type { Dtype } from '@retrograd/arrays';

/** The three loops of the definition, each sum over k = 0, 1, ... in double precision, rounded where it is stored. */
export function productOracle(
  a: (i: number, k: number) => number,
  b: (k: number, j: number) => number,
  [M, N, K]: number[],
  before: (i: number, j: number) => number,
  dtype: Dtype,
): number[] {
  const out: number[] = [];
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < N; j++) {
      let sum = 0;
      for (let n = 0; n < K; n++) sum += a(i, n) * b(n, j);
      const c = before(i, j) + sum;
      out.push(dtype === 'float32' ? Math.fround(c) : c);
    }
  }
  return out;
}
