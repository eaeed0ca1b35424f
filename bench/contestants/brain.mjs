/**
 * brain.js: its recurrent cells without the input and output layers of its networks, one sample at a time.
 * Its RNN has relu where ours has tanh, and its LSTM carries no cell state. Its backward pass overwrites
 * gradients where it should add (`add` and `multiplyElement`), so that only its outputs can be checked.
 */
import { createRequire } from 'node:module';
import { packageVersion } from './support/package-version.mjs';
import { prepareSamples } from './support/samples.mjs';

// Its names of the problem's gates: matrices with the input, with the hidden state, and biases.
const LSTM = (word) => [`${word}Matrix`, `${word}Hidden`, `${word}Bias`];
const GRU = (word) => [`${word}InputMatrix`, `${word}HiddenMatrix`, `${word}Bias`];
const NAMES = {
  rnn: { h: ['weight', 'transition', 'bias'] },
  lstm: { f: LSTM('forget'), i: LSTM('input'), c: LSTM('cellActivation'), o: LSTM('output') },
  gru: { z: GRU('updateGate'), r: GRU('resetGate'), h: GRU('cellWrite') },
};
const DEFINITIONS = { rnn: 'relu', lstm: 'no cell state' };

export async function prepare(shape, tensors) {
  const { cell, T, I, H } = shape;
  const require = createRequire(import.meta.url);
  const inside = (path) => require(`brain.js/dist/recurrent/${path}`).default;
  const Equation = inside('matrix/equation');
  const Matrix = inside('matrix');
  const net = new (inside(cell))();
  const hidden = net.getModel(H, I);

  // One equation a time step, made once; each run of one works on the matrices of the one before.
  const initial = new Matrix(H, 1);
  const equations = [];
  const outputs = [];
  for (let t = 0; t < T; t++) {
    const equation = new Equation();
    const previous = t === 0 ? initial : outputs[t - 1];
    outputs.push(net.getEquation(equation, equation.input(new Matrix(I, 1)), previous, hidden));
    equations.push(equation);
  }

  const ops = prepareSamples(shape, tensors, {
    matrices(gate) {
      const own = NAMES[cell][gate].map((name) => hidden[name]);
      // z keeps the old state there: sigmoid(-a) = 1 - sigmoid(a).
      const sign = gate === 'z' ? -1 : 1;
      return own.map(({ weights, deltas }) => ({ values: weights, gradients: deltas, sign }));
    },
    begin() {
      initial.weights.fill(0);
      return -1;
    },
    step(values, before) {
      let t = before + 1;
      if (t === T) {
        initial.weights.set(outputs[T - 1].weights);
        t = 0;
      }
      equations[t].runInput(values);
      return t;
    },
    hidden: (t) => ({ values: outputs[t].weights }),
    backward(states, cotangent) {
      for (const t of states.reverse()) {
        const { deltas } = outputs[t];
        for (let j = 0; j < H; j++) deltas[j] += cotangent[t * H + j];
        equations[t].backpropagate();
      }
    },
  });
  const read = ops.train.read;
  ops.train.read = () => ({ h_all: read().h_all });
  const note = 'one sample at a time; its gradients are wrong, only its outputs are checked';
  return { version: packageVersion('brain.js'), definition: DEFINITIONS[cell], note, ops };
}
