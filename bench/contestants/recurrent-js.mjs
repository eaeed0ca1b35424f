/**
 * recurrent-js: a tape of small matrices, one sample at a time (its bias is one column), float64. Its decoder
 * is left out; its RNN has relu where ours has tanh.
 */

import { packageVersion } from './support/package-version.mjs';
import { prepareSamples } from './support/samples.mjs';

// Its names of the problem's gates.
const GATES = { f: 'forget', i: 'input', c: 'cell', o: 'output' };

export async function prepare(shape, tensors) {
  const { cell, I, H } = shape;
  const { default: library } = await import('recurrent-js');
  const { Graph, Mat } = library;
  const Network = cell === 'lstm' ? library.LSTM : library.RNN;
  const net = new Network({ architecture: { inputSize: I, hiddenUnits: [H], outputSize: 1 } });
  const { hidden } = net.model;
  const gateOf = (gate) => (cell === 'lstm' ? hidden[GATES[gate]] : hidden);
  const column = () => new Mat(H, 1);
  const graph = new Graph();

  const ops = prepareSamples(shape, tensors, {
    matrices: (gate) => {
      const { Wx, Wh, bh } = gateOf(gate);
      return [Wx[0], Wh[0], bh[0]].map((m) => ({ values: m.w, gradients: m.dw }));
    },
    begin(training) {
      graph.memorizeOperationSequence(training);
      graph.forgetCurrentSequence();
      return cell === 'lstm' ? { units: [column()], cells: [column()] } : [column()];
    },
    step(values, state) {
      const x_t = new Mat(I, 1);
      x_t.setFrom(values);
      return net.computeHiddenActivations(x_t, state, graph);
    },
    hidden(state) {
      const [h_t] = cell === 'lstm' ? state.units : state;
      return { values: h_t.w, gradients: h_t.dw };
    },
    backward(states, cotangent) {
      states.forEach((state, t) => {
        const [{ dw }] = cell === 'lstm' ? state.units : state;
        for (let j = 0; j < H; j++) dw[j] += cotangent[t * H + j];
      });
      graph.backward();
    },
  });
  const definition = cell === 'rnn' ? 'relu' : undefined;
  return { version: packageVersion('recurrent-js'), definition, note: 'float64, one sample at a time', ops };
}
