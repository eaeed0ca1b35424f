import { dense } from '../array.js';
import { allocate, view } from '../storage.js';
import type { Dtype, FloatData, NdArray } from '../types.js';

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

/** The bias (H) of gate g, a view of the packed biases (G·H). */
export function gateBias(packed: FloatData, H: number, g: number): NdArray {
  return view(packed, [H], [1], g * H);
}

/** (R, N) over `data` from `offset` on, rows `stride` apart (N when left out); a view. */
export function rows(data: FloatData, offset: number, R: number, N: number, stride = N): NdArray {
  return view(data, [R, N], [stride, 1], offset);
}
