import type { Dtype, FloatData, NdArray } from '@retrograd/arrays';
import { dense, view } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';

// The weights of a layer's G gates lie side by side in one packed buffer, W (H + I, G·H) and b (G·H): the hidden part in
// the first H rows, the input part below it, gate g in columns g·H to (g + 1)·H.

/**
 * Copies the gates' arrays side by side into one buffer.
 * @param blocks one (R, H) matrix a gate, or one (H) bias a gate; all of one shape
 * @returns (R, G·H) or (G·H) flat; never the caller's memory
 */
export function packGates(blocks: readonly NdArray[], dtype: Dtype): FloatData {
  const G = blocks.length;
  const { shape } = blocks[0];
  const R = shape.length === 1 ? 1 : shape[0];
  const H = shape[shape.length - 1];
  const packed = allocate(dtype, R * G * H);
  blocks.forEach((block, g) => {
    const { data } = dense(block);
    for (let r = 0, from = 0; r < R; r++) {
      for (let j = 0, to = (r * G + g) * H; j < H; j++) packed[to++] = data[from++];
    }
  });
  return packed;
}

/** The weights (R, H) of gate g, a view of the packed weights (R, G·H). */
export function gateWeights(packed: FloatData, R: number, G: number, H: number, g: number): NdArray {
  return view(packed, [R, H], [G * H, 1], g * H);
}

/** The spec's names, `W_f` and `b_f` for gate f, over what there is for each gate, given by the gate's place. */
export function perGate<Gate extends string, T>(
  gates: readonly Gate[],
  weights: (g: number) => T,
  bias: (g: number) => T,
): Record<`W_${Gate}` | `b_${Gate}`, T> {
  const entries = gates.flatMap((gate, g) => [
    [`W_${gate}`, weights(g)],
    [`b_${gate}`, bias(g)],
  ]);
  return Object.fromEntries(entries);
}

/** The spec's names over packed W (R, G·H) and b (G·H); views. */
export function gateViews<Gate extends string>(
  gates: readonly Gate[],
  W: NdArray,
  b: NdArray,
): Record<`W_${Gate}` | `b_${Gate}`, NdArray> {
  const G = gates.length;
  const H = b.size / G;
  return perGate(
    gates,
    (g) => gateWeights(W.data, W.shape[0], G, H, g),
    (g) => view(b.data, [H], [1], g * H),
  );
}

/** (R, N) over `data` from `offset` on, rows `stride` apart (N when left out); a view. */
export function rows(data: FloatData, offset: number, R: number, N: number, stride = N): NdArray {
  return view(data, [R, N], [stride, 1], offset);
}
