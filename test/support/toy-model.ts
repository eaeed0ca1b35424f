import { type NdArray, Random, randomNormal, wrap, zeros } from '@retrograd/arrays';

/**
 * A model small enough to be seen through: s_t = s_{t-1} / 2 + x_t, logits = s_t M. It counts its calls, so
 * that a test can tell how it was run.
 */
export class Leaky {
  steps = 0;
  forwards = 0;
  readonly M: NdArray;

  constructor(
    readonly size: number,
    seed: number,
    spread = 2,
  ) {
    this.M = randomNormal([size, size], { rng: new Random(seed), std: spread });
  }

  step(x_t: NdArray, state?: readonly NdArray[]): [NdArray, NdArray[]] {
    this.steps++;
    return this.advance(x_t, state);
  }

  forward(x: NdArray): NdArray {
    this.forwards++;
    const [, T, I] = x.shape;
    const logits = zeros([1, T, I]);
    let state: NdArray[] | undefined;
    for (let t = 0; t < T; t++) {
      const x_t = wrap(
        Float64Array.from({ length: I }, (_, v) => x.get(0, t, v)),
        [1, I],
      );
      const [y_t, next] = this.advance(x_t, state);
      state = next;
      for (let v = 0; v < I; v++) logits.set(0, t, v, y_t.get(0, v));
    }
    return logits;
  }

  private advance(x_t: NdArray, state?: readonly NdArray[]): [NdArray, NdArray[]] {
    const s = zeros([1, this.size]);
    const y = zeros([1, this.size]);
    for (let v = 0; v < this.size; v++) s.set(0, v, (state?.[0].get(0, v) ?? 0) / 2 + x_t.get(0, v));
    for (let v = 0; v < this.size; v++) {
      for (let u = 0; u < this.size; u++) y.set(0, v, y.get(0, v) + s.get(0, u) * this.M.get(u, v));
    }
    return [y, [s]];
  }
}

/** The same model without `step`. */
export const onlyForward = (model: Leaky) => ({ forward: (x: NdArray) => model.forward(x) });

/** The same model without `forward`. */
export const onlyStep = (model: Leaky) => ({
  step: (x_t: NdArray, state?: readonly NdArray[]) => model.step(x_t, state),
});

/** A model whose logits are always these. */
export const constantModel = (...logits: number[]) => ({
  step: (_: NdArray): [NdArray, NdArray[]] => [wrap(Float64Array.from(logits), [1, logits.length]), []],
});

/** The symbols of a one-hot sequence (1, T, V); throws when a row is not one-hot. */
export function symbols(x: NdArray): number[] {
  const [, T, V] = x.shape;
  return Array.from({ length: T }, (_, t) => {
    const row = Array.from({ length: V }, (_, v) => x.get(0, t, v));
    if (row.filter((v) => v === 1).length !== 1 || row.filter((v) => v === 0).length !== V - 1) {
      throw new Error(`step ${t} is not one-hot: ${row}`);
    }
    return row.indexOf(1);
  });
}

/** Symbols as a one-hot sequence (1, T, V). */
export function oneHot(list: readonly number[], V: number): NdArray {
  const x = zeros([1, list.length, V]);
  list.forEach((v, t) => x.set(0, t, v, 1));
  return x;
}
