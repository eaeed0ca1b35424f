/**
 * How gradients vanish: a loss on the last of 100 hidden states, and the norm of dL/dh_t at every step before
 * it, on its way back. Each step multiplies it by a factor, and the factor is what the cell decides: the
 * recurrent weights of the RNN, the gates of the GRU and of the LSTM. The weights are those that training
 * starts with; the LSTM's lead is its forget bias of 1, and with a bias of 5 its gradient arrives whole.
 *
 * Draws the norms, then prints:
 *
 *     VanillaRNN           |dL/dh_1| / |dL/dh_T| = 1e-14, a factor of 0.72 a step
 *     GRU                  |dL/dh_1| / |dL/dh_T| = 1e-17, a factor of 0.67 a step
 *     LSTM                 |dL/dh_1| / |dL/dh_T| = 5e-4, a factor of 0.93 a step
 *     LSTM, forget bias 5  |dL/dh_1| / |dL/dh_T| = 2e+1, a factor of 1.03 a step
 */
import {
  arrays,
  GRU,
  globalNorm,
  grad,
  gruCell,
  LSTM,
  lstmCell,
  mul,
  parameter,
  Random,
  randomNormal,
  rnnCell,
  sum,
  type Tensor,
  unstack,
  VanillaRNN,
  zeros,
} from 'retrograd';
import plot from 'simple-ascii-chart';

const [B, T, I, H] = [8, 100, 4, 32];
const rng = new Random(1);
const x = unstack(randomNormal([B, T, I], { rng }), 1);
const weights = randomNormal([B, H], { rng });
const rnn = new VanillaRNN(I, H, { rng });
const gru = new GRU(I, H, { rng });
const lstm = new LSTM(I, H, { rng });
const remembering = { ...lstm.getParams(), b_f: arrays.full([H], 5) };

/** A step from the state, of which the first tensor is h, to the next state. */
type Step = (state: Tensor[], x_t: Tensor) => Tensor[];
const cells: Record<string, Step> = {
  VanillaRNN: ([h], x_t) => [rnnCell(x_t, h, rnn.W_xh, rnn.W_hh, rnn.b_h)],
  GRU: ([h], x_t) => [gruCell(x_t, h, gru.getParams())],
  LSTM: ([h, c], x_t) => lstmCell(x_t, h, c, lstm.getParams()),
  'LSTM, forget bias 5': ([h, c], x_t) => lstmCell(x_t, h, c, remembering),
};

/** The norms of dL/dh_1 … dL/dh_T in proportion to the last, where L is a random weighting of h_T. */
function norms(step: Step): number[] {
  let state = [parameter(zeros([B, H])), parameter(zeros([B, H]))];
  const hidden = x.map((x_t) => {
    state = step(state, x_t);
    return state[0];
  });
  const gradients = grad(sum(mul(hidden[T - 1], weights)), hidden);
  const last = globalNorm([gradients[T - 1].value]);
  return gradients.map(({ value }) => globalNorm([value]) / last);
}

const curves = Object.entries(cells).map(([name, step]) => ({ name, norms: norms(step) }));
const floor = 1e-16; // what float64 still sees beside 1
console.log(
  plot(
    curves.map((curve) => curve.norms.map((norm, t) => [t + 1, Math.log10(Math.max(norm, floor))])),
    {
      width: 90,
      height: 17,
      title: 'log10 of |dL/dh_t|, in proportion to the last',
      xLabel: 't',
      customXAxisTicks: [1, 20, 40, 60, 80, 100],
      customYAxisTicks: [0, -4, -8, -12, -16],
      legend: { position: 'bottom', series: curves.map((curve) => curve.name) },
      color: ['ansiRed', 'ansiYellow', 'ansiBlue', 'ansiGreen'],
    },
  ),
);
for (const { name, norms } of curves) {
  const factor = norms[0] ** (1 / (T - 1));
  const share = norms[0].toExponential(0);
  console.log(`${name.padEnd(20)} |dL/dh_1| / |dL/dh_T| = ${share}, a factor of ${factor.toFixed(2)} a step`);
}
