import type { FloatData } from '@retrograd/arrays';
import { memoizeByKernels } from '@retrograd/kernels/internal';
import { adamCode } from '../wasm/adam.js';
import { updateInChunks } from './chunked-update.js';

/** The numbers of one step of Adam, the same for every entry. */
export interface AdamStep {
  /** Factor on the parameter before its update: 1 - lr · weightDecay for AdamW, else 1. */
  readonly kept: number;
  /** Share of the parameter that is added to its gradient. */
  readonly decay: number;
  readonly beta1: number;
  readonly beta2: number;
  /** lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) */
  readonly stepSize: number;
  /** eps √(1 - β₂ᵗ): with the correction moved out of the denominator there is one division an entry. */
  readonly eps: number;
}

/** The step in WebAssembly (assembly/adam.ts); null where the kernels work on ordinary arrays. */
const adamOf = /* @__PURE__ */ memoizeByKernels((kernels) =>
  kernels.rows(adamCode, 'adam', [1, 1, 1, 1, 0], 2),
);

/**
 * Updates a parameter and its moments in place.
 * @param largest the largest running squares, for AMSGrad; else null
 */
export function adamUpdate(
  p: FloatData,
  gradient: FloatData,
  m: FloatData,
  v: FloatData,
  largest: FloatData | null,
  step: AdamStep,
): void {
  const { kept, decay, beta1, beta2, stepSize, eps } = step;
  const done =
    largest === null &&
    !isFar(step) &&
    updateInChunks(adamOf, [gradient, p, m, v], [kept, decay, 1 - beta1, beta2, 1 - beta2, stepSize, eps]);
  if (!done) plainUpdate(p, gradient, m, v, largest, step);
}

/**
 * PyTorch interpolates between m and g from the nearer end, which rounds differently from β₁ m + (1 - β₁) g.
 */
const isFar = ({ beta1 }: AdamStep): boolean => 1 - beta1 >= 0.5;

function plainUpdate(
  p: FloatData,
  gradient: FloatData,
  m: FloatData,
  v: FloatData,
  largest: FloatData | null,
  step: AdamStep,
): void {
  const { kept, decay, beta1, beta2, stepSize, eps } = step;
  const far = isFar(step);
  for (let i = 0; i < p.length; i++) {
    const old = p[i] * kept;
    const g = gradient[i] + decay * old;
    const before = m[i];
    const mean = far ? g - (g - before) * beta1 : before + (1 - beta1) * (g - before);
    const square = v[i] * beta2 + (1 - beta2) * g * g;
    m[i] = mean;
    v[i] = square;
    let divisor = square;
    if (largest !== null) {
      if (square > largest[i]) largest[i] = square;
      divisor = largest[i];
    }
    p[i] = old - (stepSize * mean) / (Math.sqrt(divisor) + eps);
  }
}
