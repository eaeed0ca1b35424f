/**
 * From the problem's packed weights to other layouts and back. The problem's W (H + I, G·H) holds the hidden
 * part in its first H rows and the gates side by side: h for the RNN, f, i, c, o for the LSTM, z, r, h for
 * the GRU, whose z lets the new state in (most others let z keep the old one: the sign of z turns, as
 * sigmoid(-a) = 1 - sigmoid(a)).
 */

/**
 * The gates of a packed array in another order.
 * @param data  (R, G·H)
 * @param order for each gate of the result its place in data and its sign, such as [[1, 1], [0, -1]]
 * @returns (R, order.length·H)
 */
export function reorder(data, G, H, order) {
  const R = data.length / (G * H);
  const width = order.length * H;
  const out = new Float32Array(R * width);
  for (let r = 0; r < R; r++) {
    order.forEach(([place, sign], g) => {
      for (let j = 0; j < H; j++) out[r * width + g * H + j] = sign * data[r * G * H + place * H + j];
    });
  }
  return out;
}

/** Undoes `reorder`. */
export function restore(data, G, H, order) {
  const inverse = order.map((_, g) => {
    const from = order.findIndex(([place]) => place === g);
    return [from, order[from][1]];
  });
  return reorder(data, G, H, inverse);
}

/** (rows, columns) as (columns, rows). */
export function transpose(data, rows, columns) {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c];
  }
  return out;
}

/** The hidden part U (H, G·H) and the input part V (I, G·H) of the problem's W; views. */
export const parts = ({ data }, G, H) => ({
  U: data.subarray(0, H * G * H),
  V: data.subarray(H * G * H),
});

/** U and V in one, the inverse of `parts`. */
export function join(U, V) {
  const out = new Float32Array(U.length + V.length);
  out.set(U);
  out.set(V, U.length);
  return out;
}

/** (A, B, C) as (B, A, C): batch first to time first and back. */
export function swapAxes(data, A, B, C) {
  const out = new Float32Array(data.length);
  for (let a = 0; a < A; a++) {
    for (let b = 0; b < B; b++) out.set(data.subarray((a * B + b) * C, (a * B + b + 1) * C), (b * A + a) * C);
  }
  return out;
}
