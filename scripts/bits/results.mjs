/**
 * Everything that a layer computes in one configuration, through the public functions of a library: arrays by
 * name.
 */
import { arrayMaker } from './configurations.mjs';

export const LAYERS = {
  rnn: { className: 'VanillaRNN', states: ['h'], params: ['W_xh', 'W_hh', 'b_h'] },
  lstm: { className: 'LSTM', states: ['h', 'c'], params: gated(['f', 'i', 'c', 'o']) },
  gru: { className: 'GRU', states: ['h'], params: gated(['z', 'r', 'h']) },
};

function gated(gates) {
  return gates.flatMap((gate) => [`W_${gate}`, `b_${gate}`]);
}

const shapeOf = (name, { I, H }) =>
  ({ W_xh: [I, H], W_hh: [H, H] })[name] ?? (name.startsWith('W') ? [H + I, H] : [H]);

/** Puts an array, or a record or list of them, under its name. */
function collect(into, name, value) {
  if (value === null || value === undefined) return;
  if (value.stride !== undefined) into[name] = value;
  else for (const key of Object.keys(value)) collect(into, `${name}.${key}`, value[key]);
}

export function resultsOf(lib, layerName, config, dtype) {
  const { className, states, params } = LAYERS[layerName];
  const { B, T, I, H, startsAtZero, finalGradients } = config;
  const make = arrayMaker(lib, config, dtype);
  const x = make([B, T, I], 2);
  const x_t = make([B, I], 2);
  const initial = states.map(() => make([B, H], startsAtZero ? 0 : 1));
  const named = Object.fromEntries(params.map((name) => [name, make(shapeOf(name, config))]));
  const grad_h_all = make([B, T, H]);
  const grad_states = states.map(() => make([B, H]));
  const grad_final = grad_states.map((grad, i) => (finalGradients[i] ? grad : undefined));
  const list = params.map((name) => named[name]);

  const results = {};
  const put = (name, value) => collect(results, name, value);

  const step = lib[`${layerName}CellForward`](x_t, ...initial, ...list);
  put('cellForward', step);
  put('cellBackward', lib[`${layerName}CellBackward`](...grad_states, step.at(-1)));

  const run = lib[`${layerName}Forward`](x, ...initial, ...(layerName === 'rnn' ? list : [named]));
  const caches = run.at(-1);
  put('forward', run);
  const backward = lib[`${layerName}Backward`];
  put('backward', backward(grad_h_all, caches, ...grad_final));
  put('backward from a list of caches', backward(grad_h_all, [...caches], ...grad_final));

  const layer = new lib[className](I, H, { dtype, init: 'zeros' });
  layer.loadStateDict(named);
  put('layer.forward', layer.forward(x, ...initial));
  put('layer.backward', layer.backward(grad_h_all, ...grad_final));
  put('layer.getGradients', { ...layer.getGradients() });

  let state = initial;
  const stream = initial.map((each) => lib.copy(each));
  for (let t = 0; t < T; t++) {
    const [h_t, next] = layer.step(x.pick(null, t, null), state);
    put(`layer.step ${t}`, [h_t, ...next]);
    state = next;
    put(`layer.advance ${t}`, lib.copy(layer.advance(x.pick(null, t, null), stream)));
  }

  const leaves = [lib.parameter(lib.copy(x)), ...initial.map((each) => lib.parameter(lib.copy(each)))];
  const [h_all, final] = layer.run(leaves[0], leaves.slice(1));
  const inputs = [...leaves, layer.W, layer.b];
  const cotangent = [grad_h_all, ...grad_states];
  put('graph', [h_all.value, ...final.map(({ value }) => value)]);
  put(
    'graph gradients',
    lib.grad([h_all, ...final], inputs, { cotangent }).map(({ value }) => value),
  );
  return results;
}
