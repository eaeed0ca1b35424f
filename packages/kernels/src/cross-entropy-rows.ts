import { withBlocks } from './sequence/blocks.js';
import type { SequenceKernels } from './sequence/kernels.js';
import type { FloatData } from './types.js';
import { crossEntropyCode } from './wasm/binaries/cross-entropy.js';

/** Logits below which copying to WebAssembly memory and back costs more than it saves. */
const WORTH_COPYING = 1 << 8;

/** The exports of assembly/cross-entropy.ts; addresses in bytes. */
type CrossEntropyModule = Record<
  'crossEntropy32' | 'crossEntropy64',
  (N: number, V: number, x: number, rows: number, scale: number, wanted: boolean) => void
>;

/**
 * The softmax of rows of logits, m being the largest of a row: the sums Σ e^(x - m) in double precision, and
 * the gradient scale · (e^(x - m) / Σ e^(x - m) - onehot(target)). A row that holds NaN or +Infinity gives
 * NaN.
 * @param x    (N, V) logits, N at least 1
 * @param rows (N, 2) the place of the target in each row, and any number; receives the sum and x_target - m
 * @param grad (N, V) receives the gradient, of x's dtype; null when it is not wanted
 */
export function crossEntropyRows(
  kernels: SequenceKernels,
  x: FloatData,
  rows: Float64Array,
  scale: number,
  grad: FloatData | null,
): void {
  const N = rows.length / 2;
  const V = x.length / N;
  const module = N * V < WORTH_COPYING ? null : kernels.module<CrossEntropyModule>(crossEntropyCode);
  if (module === null) {
    plainRows(N, V, x, rows, scale, grad);
    return;
  }
  const dtype = x instanceof Float64Array ? 'float64' : 'float32';
  const run = dtype === 'float64' ? module.crossEntropy64 : module.crossEntropy32;
  withBlocks(kernels, 'float64', { each: 2 * N }, ({ each }) =>
    withBlocks(kernels, dtype, { entries: N * V }, ({ entries }) => {
      entries.data.set(x);
      each.data.set(rows);
      run(N, V, entries.pointer(0), each.pointer(0), scale, grad !== null);
      rows.set(each.data);
      grad?.set(entries.data);
    }),
  );
}

/**
 * The largest logit is subtracted before exponentiating, so nothing overflows. All is computed in double
 * precision.
 */
function plainRows(
  N: number,
  V: number,
  x: FloatData,
  rows: Float64Array,
  scale: number,
  grad: FloatData | null,
): void {
  const exponentials = new Float64Array(V);
  for (let n = 0; n < N; n++) {
    const start = n * V;
    let m = Number.NEGATIVE_INFINITY;
    for (let v = 0; v < V; v++) if (x[start + v] > m) m = x[start + v];
    let sum = 0;
    for (let v = 0; v < V; v++) {
      const e = Math.exp(x[start + v] - m);
      exponentials[v] = e;
      sum += e;
    }
    const target = rows[2 * n];
    rows[2 * n] = sum;
    rows[2 * n + 1] = x[start + target] - m;
    if (grad === null) continue;
    for (let v = 0; v < V; v++) grad[start + v] = scale * (exponentials[v] / sum);
    // From the double, as p - 1 is small where the model is sure.
    grad[start + target] = scale * (exponentials[target] / sum - 1);
  }
}
