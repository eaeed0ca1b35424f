/**
 * The point-wise half of a GRU step on flat buffers, forward and backward as twins (equations in cell.ts). A row of `gates`
 * holds the three gates of one sample side by side: z, r, h_tilde, H entries each. All other blocks are (B, H).
 *
 * The candidate needs r_t h_prev before its own product, so each direction has two halves with a product between them.
 */
import { type FloatData, sigmoidScalar } from '@retrograd/kernels';

/** Turns the pre-activations of z and r into gates, in place, and writes r_t h_prev to `rh`. */
export function resetForward(
  B: number,
  H: number,
  gates: FloatData,
  gatesAt: number,
  h: FloatData,
  h_prevAt: number,
  rh: FloatData,
  rhAt: number,
): void {
  for (let b = 0; b < B; b++) {
    const z = gatesAt + b * 3 * H;
    const r = z + H;
    for (let j = 0, k = b * H; j < H; j++, k++) {
      const r_t = sigmoidScalar(gates[r + j]);
      gates[z + j] = sigmoidScalar(gates[z + j]);
      gates[r + j] = r_t;
      rh[rhAt + k] = r_t * h[h_prevAt + k];
    }
  }
}

/** Turns the candidate's pre-activation into h_tilde, in place, and mixes the new state. */
export function mixForward(
  B: number,
  H: number,
  gates: FloatData,
  gatesAt: number,
  h: FloatData,
  h_prevAt: number,
  h_tAt: number,
): void {
  for (let b = 0; b < B; b++) {
    const z = gatesAt + b * 3 * H;
    const n = z + 2 * H;
    for (let j = 0, k = b * H; j < H; j++, k++) {
      const z_t = gates[z + j];
      const h_tilde = Math.tanh(gates[n + j]);
      gates[n + j] = h_tilde;
      h[h_tAt + k] = (1 - z_t) * h[h_prevAt + k] + z_t * h_tilde;
    }
  }
}

/**
 * Twin of mixForward: the gradients of the pre-activations of z and of the candidate, and the share of h_prev in the mix.
 * @param grad_h the block at `grad_hAt` holds the whole gradient of h_t; the one at `grad_h_prevAt` is added to
 */
export function mixBackward(
  B: number,
  H: number,
  gates: FloatData,
  grad_a: FloatData,
  gatesAt: number,
  h: FloatData,
  h_prevAt: number,
  grad_h: FloatData,
  grad_hAt: number,
  grad_h_prevAt: number,
): void {
  for (let b = 0; b < B; b++) {
    const z = gatesAt + b * 3 * H;
    const n = z + 2 * H;
    for (let j = 0, k = b * H; j < H; j++, k++) {
      const grad_h_t = grad_h[grad_hAt + k];
      const z_t = gates[z + j];
      const h_tilde = gates[n + j];
      grad_a[z + j] = grad_h_t * (h_tilde - h[h_prevAt + k]) * z_t * (1 - z_t);
      grad_a[n + j] = grad_h_t * z_t * (1 - h_tilde * h_tilde);
      grad_h[grad_h_prevAt + k] += grad_h_t * (1 - z_t);
    }
  }
}

/**
 * Twin of resetForward: the gradient of the pre-activation of r, and the share of h_prev under the reset gate.
 * @param grad_rh (B, H) gradient of r_t h_prev
 */
export function resetBackward(
  B: number,
  H: number,
  gates: FloatData,
  grad_a: FloatData,
  gatesAt: number,
  h: FloatData,
  h_prevAt: number,
  grad_rh: FloatData,
  grad_h: FloatData,
  grad_h_prevAt: number,
): void {
  for (let b = 0; b < B; b++) {
    const r = gatesAt + b * 3 * H + H;
    for (let j = 0, k = b * H; j < H; j++, k++) {
      const r_t = gates[r + j];
      grad_a[r + j] = grad_rh[k] * h[h_prevAt + k] * r_t * (1 - r_t);
      grad_h[grad_h_prevAt + k] += grad_rh[k] * r_t;
    }
  }
}
