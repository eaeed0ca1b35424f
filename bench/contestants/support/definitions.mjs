/** The cells that peers define otherwise, made of our graph's ops, to check the peers' results against. */

/**
 * Each definition: (library, gate) -> (fromInput = x_t V + b, h, U) -> h_t; `gate` cuts a gate out of the
 * sums.
 */
const STEPS = {
  /** PyTorch and cuDNN: the reset gate after the product, h~ = tanh(x V_h + b_h + r ∘ (h U_h)). */
  'reset-after':
    ({ add, matmul, mul, sigmoid, sub, tanh }, gate) =>
    (fromInput, h, U) => {
      const fromState = matmul(h, U);
      const z_t = sigmoid(add(gate(fromInput, 0), gate(fromState, 0)));
      const r_t = sigmoid(add(gate(fromInput, 1), gate(fromState, 1)));
      const candidate = tanh(add(gate(fromInput, 2), mul(r_t, gate(fromState, 2))));
      return add(mul(sub(1, z_t), h), mul(z_t, candidate));
    },

  /** brain.js and recurrent-js: an RNN with relu for tanh. */
  relu:
    ({ add, matmul, relu }) =>
    (fromInput, h, U) =>
      relu(add(fromInput, matmul(h, U))),

  /** brain.js: an LSTM whose forget gate acts on the hidden state, there being no other. */
  'no cell state':
    ({ add, matmul, mul, sigmoid, tanh }, gate) =>
    (fromInput, h, U) => {
      const sums = add(fromInput, matmul(h, U));
      const [f_t, i_t, o_t] = [0, 1, 3].map((g) => sigmoid(gate(sums, g)));
      const kept = add(mul(f_t, h), mul(i_t, tanh(gate(sums, 2))));
      return mul(o_t, tanh(kept));
    },
};

export function prepareDefinition(library, { definition, B, T, I, H }, { x, grad_h_all, W, b }) {
  const { add, backward, constant, matmul, noGrad, parameter, scan, slice, wrap, zeros } = library;
  const gate = (sums, g) => slice(sums, [null, [g * H, (g + 1) * H]]);
  const advance = STEPS[definition](library, gate);
  const weights = parameter(wrap(W.data, W.shape));
  const bias = parameter(wrap(b.data, b.shape));
  const inputs = constant(wrap(x.data, [B, T, I]));
  const cotangent = wrap(grad_h_all.data, [B, T, H]);

  const sequence = () => {
    const U = slice(weights, [[0, H], null]);
    const V = slice(weights, [[H, H + I], null]);
    const step = (h, x_t) => {
      const h_t = advance(add(matmul(x_t, V), bias), h, U);
      return [h_t, h_t];
    };
    return scan(step, constant(zeros([B, H], { dtype: 'float32' })), inputs)[1];
  };

  let h_all;
  const result = (array) => ({ shape: [...array.shape], data: Float32Array.from(array.data) });
  const train = {
    run() {
      weights.grad = null;
      bias.grad = null;
      h_all = sequence();
      backward(h_all, cotangent);
    },
    read: () => ({
      h_all: result(h_all.value),
      grad_W: result(weights.grad),
      grad_b: result(bias.grad),
    }),
  };
  const forward = {
    run() {
      h_all = noGrad(sequence);
    },
    read: () => ({ h_all: result(h_all.value) }),
  };
  // After T steps a stream stands where the sequence ends.
  const step = {
    run: forward.run,
    read: () => ({ h_t: { shape: [1, H], data: forward.read().h_all.data.slice(-H) } }),
  };
  return { train, forward, step };
}
