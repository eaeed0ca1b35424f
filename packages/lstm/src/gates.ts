/**
 * The point-wise half of an LSTM step on flat buffers, forward and backward as twins (equations in cell.ts). A row of
 * `gates` holds the four gates of one sample side by side: f, i, c_tilde, o, H entries each. All other blocks are (B, H).
 */
import { type FloatData, sigmoidScalar } from '@retrograd/kernels';

/**
 * Turns pre-activations into gates, in place, and computes the states.
 * @param gates (B, 4H) at `gatesAt`: pre-activations in, activations out
 * @param c     cell states; the block at `c_prevAt` is read, the one at `c_tAt` written
 */
export function gatesForward(
  B: number,
  H: number,
  gates: FloatData,
  gatesAt: number,
  c: FloatData,
  c_prevAt: number,
  c_tAt: number,
  tanh_c: FloatData,
  tanh_cAt: number,
  h: FloatData,
  h_tAt: number,
): void {
  for (let b = 0; b < B; b++) {
    const f = gatesAt + b * 4 * H;
    const [i, g, o] = [f + H, f + 2 * H, f + 3 * H];
    for (let j = 0, k = b * H; j < H; j++, k++) {
      const f_t = sigmoidScalar(gates[f + j]);
      const i_t = sigmoidScalar(gates[i + j]);
      const c_tilde = Math.tanh(gates[g + j]);
      const o_t = sigmoidScalar(gates[o + j]);
      const c_t = f_t * c[c_prevAt + k] + i_t * c_tilde;
      const tanh_c_t = Math.tanh(c_t);
      gates[f + j] = f_t;
      gates[i + j] = i_t;
      gates[g + j] = c_tilde;
      gates[o + j] = o_t;
      c[c_tAt + k] = c_t;
      tanh_c[tanh_cAt + k] = tanh_c_t;
      h[h_tAt + k] = o_t * tanh_c_t;
    }
  }
}

/**
 * @param grad_h (B, H) at `grad_hAt`: the whole gradient of h_t
 * @param grad_c (B, H): the gradient of c_t from the step behind in, that of c_prev out
 * @param grad_a (B, 4H) at `gatesAt`: receives the gradients of the pre-activations
 */
export function gatesBackward(
  B: number,
  H: number,
  gates: FloatData,
  gatesAt: number,
  c: FloatData,
  c_prevAt: number,
  tanh_c: FloatData,
  tanh_cAt: number,
  grad_h: FloatData,
  grad_hAt: number,
  grad_c: FloatData,
  grad_a: FloatData,
): void {
  for (let b = 0; b < B; b++) {
    const f = gatesAt + b * 4 * H;
    const [i, g, o] = [f + H, f + 2 * H, f + 3 * H];
    for (let j = 0, k = b * H; j < H; j++, k++) {
      const f_t = gates[f + j];
      const i_t = gates[i + j];
      const c_tilde = gates[g + j];
      const o_t = gates[o + j];
      const tanh_c_t = tanh_c[tanh_cAt + k];
      const grad_h_t = grad_h[grad_hAt + k];
      const grad_c_t = grad_c[k] + grad_h_t * o_t * (1 - tanh_c_t * tanh_c_t);
      grad_a[f + j] = grad_c_t * c[c_prevAt + k] * f_t * (1 - f_t);
      grad_a[i + j] = grad_c_t * c_tilde * i_t * (1 - i_t);
      grad_a[g + j] = grad_c_t * i_t * (1 - c_tilde * c_tilde);
      grad_a[o + j] = grad_h_t * tanh_c_t * o_t * (1 - o_t);
      grad_c[k] = grad_c_t * f_t;
    }
  }
}
