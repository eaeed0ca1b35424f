/** The LSTM composed of the graph's ops under `scan`, in float64: what a user's own cell costs. */
export function prepareComposed(library, { B, T, I, H }, { x, grad_h_all, W, b }) {
  // Builds before the packages parted have the functions of plain arrays among the kernels.
  const { concat } = library.arrays ?? library.kernels;
  const { backward, constant, lstmEquations, parameter, scan, wrap, zeros } = library;
  const double = ({ data }, shape) => wrap(Float64Array.from(data), shape);
  const gates = ['f', 'i', 'c', 'o'];
  const params = {};
  gates.forEach((gate, g) => {
    const weights = new Float64Array((H + I) * H);
    for (let r = 0; r < H + I; r++) {
      for (let j = 0; j < H; j++) weights[r * H + j] = W.data[r * 4 * H + g * H + j];
    }
    params[`W_${gate}`] = parameter(wrap(weights, [H + I, H]));
    params[`b_${gate}`] = parameter(wrap(Float64Array.from(b.data.subarray(g * H, (g + 1) * H)), [H]));
  });
  const inputs = constant(double(x, [B, T, I]));
  const cotangent = double(grad_h_all, [B, T, H]);
  let h_all;

  const single = (array) => ({ shape: [...array.shape], data: Float32Array.from(array.data) });
  return {
    run() {
      for (const tensor of Object.values(params)) tensor.grad = null;
      const zero = constant(zeros([B, H]));
      [, h_all] = scan(
        ([h, c], x_t) => {
          const [h_t, c_t] = lstmEquations(x_t, h, c, params);
          return [[h_t, c_t], h_t];
        },
        [zero, zero],
        inputs,
      );
      backward(h_all, cotangent);
    },
    read() {
      const grads = (letter) => gates.map((gate) => params[`${letter}_${gate}`].grad);
      return {
        h_all: single(h_all.value),
        grad_W: single(concat(grads('W'), 1)),
        grad_b: single(concat(grads('b'), 0)),
      };
    },
  };
}
