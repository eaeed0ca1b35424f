/**
 * The GRU with the reset gate after the product (PyTorch, cuDNN), of the graph's ops and with the problem's weights:
 * h~_t = tanh(x_t V_h + b_h + r_t ∘ (h_prev U_h)), its second bias being zero; z_t lets the new state in, as ours.
 */
export function prepareResetAfter(library, { B, T, I, H }, { x, grad_h_all, W, b }) {
  const { add, backward, constant, matmul, mul, noGrad, parameter, scan, sigmoid, slice } = library;
  const { sub, tanh, wrap, zeros } = library;
  const weights = parameter(wrap(W.data, [H + I, 3 * H]));
  const bias = parameter(wrap(b.data, [3 * H]));
  const inputs = constant(wrap(x.data, [B, T, I]));
  const cotangent = wrap(grad_h_all.data, [B, T, H]);

  const sequence = () => {
    const U = slice(weights, [[0, H], null]);
    const V = slice(weights, [[H, H + I], null]);
    const gate = (sums, g) => slice(sums, [null, [g * H, (g + 1) * H]]);
    const [, h_all] = scan(
      (h, x_t) => {
        const fromInput = add(matmul(x_t, V), bias);
        const fromState = matmul(h, U);
        const z_t = sigmoid(add(gate(fromInput, 0), gate(fromState, 0)));
        const r_t = sigmoid(add(gate(fromInput, 1), gate(fromState, 1)));
        const candidate = tanh(add(gate(fromInput, 2), mul(r_t, gate(fromState, 2))));
        const h_t = add(mul(sub(1, z_t), h), mul(z_t, candidate));
        return [h_t, h_t];
      },
      constant(zeros([B, H], { dtype: 'float32' })),
      inputs,
    );
    return h_all;
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
