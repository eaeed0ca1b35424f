/** One step of each cell in jax-js, which consumes (fromInput (B, G·H), state, U (H, G·H), H) -> state. */
export function jaxCells({ numpy: np, nn }) {
  const zeros = (B, H) => np.zeros([B, H]);
  const gate = (sums, g, H) => sums.ref.slice([], [g * H, (g + 1) * H]);

  const rnn = {
    begin: (B, H) => [zeros(B, H)],
    step: (fromInput, [h], U) => [np.tanh(np.matmul(h, U).add(fromInput))],
  };

  const lstm = {
    begin: (B, H) => [zeros(B, H), zeros(B, H)],
    step(fromInput, [h, c], U, H) {
      const sums = np.matmul(h, U).add(fromInput);
      const f_t = nn.sigmoid(gate(sums, 0, H));
      const i_t = nn.sigmoid(gate(sums, 1, H));
      const c_tilde = np.tanh(gate(sums, 2, H));
      const o_t = nn.sigmoid(gate(sums, 3, H));
      sums.dispose();
      const c_t = f_t.mul(c).add(i_t.mul(c_tilde));
      return [o_t.mul(np.tanh(c_t.ref)), c_t];
    },
  };

  const gru = {
    begin: (B, H) => [zeros(B, H)],
    step(fromInput, [h], U, H) {
      const sums = np.matmul(h.ref, U.ref.slice([], [0, 2 * H])).add(fromInput.ref.slice([], [0, 2 * H]));
      const z_t = nn.sigmoid(gate(sums, 0, H));
      const r_t = nn.sigmoid(gate(sums, 1, H));
      sums.dispose();
      const candidate = np.matmul(r_t.mul(h.ref), gate(U, 2, H)).add(gate(fromInput, 2, H));
      U.dispose();
      fromInput.dispose();
      const h_tilde = np.tanh(candidate);
      // (1 - z) h + z h~, written with one product.
      return [h.ref.add(z_t.mul(h_tilde.sub(h)))];
    },
  };
  return { rnn, lstm, gru };
}
