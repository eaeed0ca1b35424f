/**
 * Every road to the outputs and gradients of the three layers, in one form, so that a test can compare all of them with one
 * oracle. What differs between the layers stands in the table KINDS; the roads below are written once.
 */
import { concat, grad, parameter, scan, type Tensor } from '@retrograd/autograd';
import {
  GRU,
  gruBackward,
  gruCell,
  gruCellBackward,
  gruCellForward,
  gruEquations,
  gruForward,
  gruSequence,
} from '@retrograd/gru';
import { copy, type NdArray } from '@retrograd/kernels';
import {
  LSTM,
  lstmBackward,
  lstmCell,
  lstmCellBackward,
  lstmCellForward,
  lstmEquations,
  lstmForward,
  lstmSequence,
} from '@retrograd/lstm';
import {
  rnnBackward,
  rnnCell,
  rnnCellBackward,
  rnnCellForward,
  rnnEquations,
  rnnForward,
  rnnSequence,
  VanillaRNN,
} from '@retrograd/rnn';

export type Arrays = Record<string, NdArray>;
export type Tensors = Record<string, Tensor>;
export type KindName = 'rnn' | 'lstm' | 'gru';

/** One step; states and cotangents in the order h, c. */
export interface CellRun {
  outputs: NdArray[];
  /** By argument: x_t, h_prev, (c_prev,) and the parameters' names. */
  grads: Arrays;
}

export interface SequenceRun {
  h_all: NdArray;
  final: NdArray[];
  /** By argument: x, h_0, (c_0,) and the parameters' names. */
  grads: Arrays;
}

type Layer = VanillaRNN | LSTM | GRU;

export interface Kind {
  states: readonly string[];
  /** The step composed of primitives, and the same as one lifted op. */
  equations(x_t: Tensor, state: readonly Tensor[], p: Tensors): Tensor[];
  cell(x_t: Tensor, state: readonly Tensor[], p: Tensors): Tensor[];
  /** The whole sequence as one lifted op. */
  sequence(x: Tensor, state: readonly Tensor[], p: Tensors): [h_all: Tensor, final: Tensor[]];
  cellByHand(x_t: NdArray, state: readonly NdArray[], p: Arrays, cotangents: readonly NdArray[]): CellRun;
  sequenceByHand(
    x: NdArray,
    state: readonly NdArray[],
    p: Arrays,
    grad_h_all: NdArray,
    grad_final: readonly NdArray[],
    separateCaches: boolean,
  ): SequenceRun;
  layer(inputSize: number, hiddenSize: number): Layer;
}

const LSTM_GATES = ['f', 'i', 'c', 'o'];
const GRU_GATES = ['z', 'r', 'h'];

/** [W_f, b_f, W_i, b_i, …], the order of the spec's argument lists. */
const spread = <T>(p: Record<string, T>, gates: readonly string[]): T[] =>
  gates.flatMap((gate) => [p[`W_${gate}`], p[`b_${gate}`]]);

/** The parameters packed side by side, on the graph, so that gradients flow back to the spec's names. */
const packed = (p: Tensors, gates: readonly string[]): [W: Tensor, b: Tensor] => [
  concat(
    gates.map((gate) => p[`W_${gate}`]),
    1,
  ),
  concat(
    gates.map((gate) => p[`b_${gate}`]),
    0,
  ),
];

/** Calls a function of many arguments with a list of them. */
// biome-ignore lint/suspicious/noExplicitAny: the spec's argument lists differ from layer to layer
const call = <R>(fn: (...args: any[]) => R, ...args: unknown[]): R => fn(...args);

export const KINDS: Record<KindName, Kind> = {
  rnn: {
    states: ['h'],
    equations: (x_t, [h], p) => [rnnEquations(x_t, h, p.W_xh, p.W_hh, p.b_h)],
    cell: (x_t, [h], p) => [rnnCell(x_t, h, p.W_xh, p.W_hh, p.b_h)],
    sequence: (x, [h_0], p) => {
      const [h_all, h_final] = rnnSequence(x, h_0, concat([p.W_hh, p.W_xh], 0), p.b_h);
      return [h_all, [h_final]];
    },
    cellByHand: (x_t, [h], p, [grad_h]) => {
      const [h_t, cache] = rnnCellForward(x_t, h, p.W_xh, p.W_hh, p.b_h);
      const [grad_x, h_prev, W_xh, W_hh, b_h] = rnnCellBackward(grad_h, cache);
      return { outputs: [h_t], grads: { x_t: grad_x, h_prev, W_xh, W_hh, b_h } };
    },
    sequenceByHand: (x, [start], p, grad_h_all, [grad_h], separateCaches) => {
      const [h_all, h_final, caches] = rnnForward(x, start, p.W_xh, p.W_hh, p.b_h);
      const given = separateCaches ? [...caches] : caches;
      const [grad_x, W_xh, W_hh, b_h, h_0] = rnnBackward(grad_h_all, given, grad_h);
      return { h_all, final: [h_final], grads: { x: grad_x, W_xh, W_hh, b_h, h_0 } };
    },
    layer: (I, H) => new VanillaRNN(I, H, { seed: 1 }),
  },
  lstm: {
    states: ['h', 'c'],
    equations: (x_t, [h, c], p) => call(lstmEquations, x_t, h, c, p),
    cell: (x_t, [h, c], p) => call(lstmCell, x_t, h, c, p),
    sequence: (x, [h_0, c_0], p) => {
      const [h_all, ...final] = lstmSequence(x, h_0, c_0, ...packed(p, LSTM_GATES));
      return [h_all, final];
    },
    cellByHand: (x_t, [h, c], p, [grad_h, grad_c]) => {
      const [h_t, c_t, cache] = call(lstmCellForward, x_t, h, c, ...spread(p, LSTM_GATES));
      const [grad_x, h_prev, c_prev, params] = lstmCellBackward(grad_h, grad_c, cache);
      return { outputs: [h_t, c_t], grads: { x_t: grad_x, h_prev, c_prev, ...params } };
    },
    sequenceByHand: (x, [start, cell], p, grad_h_all, [grad_h, grad_c], separateCaches) => {
      const [h_all, h_final, c_final, caches] = call(lstmForward, x, start, cell, p);
      const given = separateCaches ? [...caches] : caches;
      const [grad_x, params, h_0, c_0] = lstmBackward(grad_h_all, given, grad_h, grad_c);
      return { h_all, final: [h_final, c_final], grads: { x: grad_x, ...params, h_0, c_0 } };
    },
    layer: (I, H) => new LSTM(I, H, { seed: 1 }),
  },
  gru: {
    states: ['h'],
    equations: (x_t, [h], p) => [call(gruEquations, x_t, h, p)],
    cell: (x_t, [h], p) => [call(gruCell, x_t, h, p)],
    sequence: (x, [h_0], p) => {
      const [h_all, h_final] = gruSequence(x, h_0, ...packed(p, GRU_GATES));
      return [h_all, [h_final]];
    },
    cellByHand: (x_t, [h], p, [grad_h]) => {
      const [h_t, cache] = call(gruCellForward, x_t, h, ...spread(p, GRU_GATES));
      const [grad_x, h_prev, params] = gruCellBackward(grad_h, cache);
      return { outputs: [h_t], grads: { x_t: grad_x, h_prev, ...params } };
    },
    sequenceByHand: (x, [start], p, grad_h_all, [grad_h], separateCaches) => {
      const [h_all, h_final, caches] = call(gruForward, x, start, p);
      const given = separateCaches ? [...caches] : caches;
      const [grad_x, params, h_0] = gruBackward(grad_h_all, given, grad_h);
      return { h_all, final: [h_final], grads: { x: grad_x, ...params, h_0 } };
    },
    layer: (I, H) => new GRU(I, H, { seed: 1 }),
  },
};

/** A cell's outputs and gradients on the graph: leaves for every argument, one `grad` for all of them. */
function cellOnGraph(run: Kind['cell'], kind: Kind): Kind['cellByHand'] {
  return (x_t, state, p, cotangents) => {
    const inputs = leavesOf({ x_t, ...named(kind.states, '_prev', state), ...p });
    const before = kind.states.map((name) => inputs[`${name}_prev`]);
    const outputs = run(inputs.x_t, before, inputs);
    const grads = gradients(outputs, cotangents, inputs);
    return { outputs: outputs.map((y) => y.value), grads };
  };
}

type SequenceRoad = (
  x: NdArray,
  state: readonly NdArray[],
  p: Arrays,
  grad_h_all: NdArray,
  grad_final: readonly NdArray[],
) => SequenceRun;

function sequenceOnGraph(run: Kind['sequence'], kind: Kind): SequenceRoad {
  return (x, state, p, grad_h_all, grad_final) => {
    const inputs = leavesOf({ x, ...named(kind.states, '_0', state), ...p });
    const start = kind.states.map((name) => inputs[`${name}_0`]);
    const [h_all, final] = run(inputs.x, start, inputs);
    const grads = gradients([h_all, ...final], [grad_h_all, ...grad_final], inputs);
    return { h_all: h_all.value, final: final.map((s) => s.value), grads };
  };
}

/** Any step function over time. */
export const scanned =
  (step: Kind['cell']): Kind['sequence'] =>
  (x, state, p) => {
    const [final, h_all] = scan<Tensor[]>(
      (before, x_t) => {
        const after = step(x_t, before, p);
        return [after, after[0]];
      },
      [...state],
      x,
    );
    return [h_all, final];
  };

const leavesOf = (arrays: Arrays): Tensors =>
  Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, parameter(value)]));

const named = (names: readonly string[], suffix: string, values: readonly NdArray[]): Arrays =>
  Object.fromEntries(names.map((name, i) => [`${name}${suffix}`, values[i]]));

function gradients(ys: readonly Tensor[], cotangent: readonly NdArray[], inputs: Tensors): Arrays {
  const names = Object.keys(inputs);
  const got = grad(
    ys,
    names.map((name) => inputs[name]),
    { cotangent },
  );
  return Object.fromEntries(names.map((name, i) => [name, got[i].value]));
}

function loadedLayer(kind: Kind, x: NdArray, h_0: NdArray, p: Arrays): Layer {
  const layer = kind.layer(x.shape[2], h_0.shape[1]);
  layer.loadStateDict(p);
  return layer;
}

/** The class on arrays: forward, backward, getGradients. It gives no gradient of the initial state. */
function classOnArrays(kind: Kind): SequenceRoad {
  return (x, state, p, grad_h_all, grad_final) => {
    const layer = loadedLayer(kind, x, state[0], p);
    const h_all = call(layer.forward.bind(layer) as (...args: unknown[]) => NdArray, x, ...state);
    const backward = layer.backward.bind(layer) as (...args: unknown[]) => NdArray;
    const grad_x = call(backward, grad_h_all, ...grad_final);
    return { h_all, final: [], grads: { x: grad_x, ...copies({ ...layer.getGradients() }) } };
  };
}

/** The class on tensors: one lifted op over the packed parameters, whose gradients are read under the spec's names. */
function classOnTensors(kind: Kind): SequenceRoad {
  return (x, state, p, grad_h_all, grad_final) => {
    const layer = loadedLayer(kind, x, state[0], p);
    const inputs = leavesOf({ x, ...named(kind.states, '_0', state) });
    const start = kind.states.map((name) => inputs[`${name}_0`]);
    const [h_all, final] = layer.run(inputs.x, start);
    const { W, b, ...grads } = gradients([h_all, ...final], [grad_h_all, ...grad_final], {
      ...inputs,
      W: layer.W,
      b: layer.b,
    });
    return {
      h_all: h_all.value,
      final: final.map((s) => s.value),
      grads: { ...grads, ...unpacked(kind, x.shape[2], state[0].shape[1], W, b) },
    };
  };
}

/** Packed arrays under the spec's names: a layer of the same size names them. */
function unpacked(kind: Kind, I: number, H: number, W: NdArray, b: NdArray): Arrays {
  const layer = kind.layer(I, H);
  layer.W.update((value) => (value.data as Float64Array).set(copy(W).data));
  layer.b.update((value) => (value.data as Float64Array).set(copy(b).data));
  return copies(layer.stateDict());
}

const copies = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, copy(value)]));

/** All roads through one step. */
export const cellRoads = (kind: Kind): Record<string, Kind['cellByHand']> => ({
  'derived by hand': kind.cellByHand,
  'composed equations': cellOnGraph(kind.equations, kind),
  'lifted cell': cellOnGraph(kind.cell, kind),
});

/** All roads through a sequence. */
export const sequenceRoads = (kind: Kind): Record<string, SequenceRoad> => ({
  'derived by hand': (...args) => kind.sequenceByHand(...args, false),
  'derived by hand, caches as a list of its own': (...args) => kind.sequenceByHand(...args, true),
  'composed equations under scan': sequenceOnGraph(scanned(kind.equations), kind),
  'lifted cell under scan': sequenceOnGraph(scanned(kind.cell), kind),
  'lifted sequence': sequenceOnGraph(kind.sequence, kind),
  'class on arrays': classOnArrays(kind),
  'class on tensors': classOnTensors(kind),
});

/** The class one step at a time, state carried: h_all without gradients. */
export function stepByStep(
  kind: Kind,
  x: NdArray,
  state: readonly NdArray[],
  p: Arrays,
): { steps: NdArray[]; final: readonly NdArray[] } {
  const layer = loadedLayer(kind, x, state[0], p);
  const steps: NdArray[] = [];
  let now = state;
  for (let t = 0; t < x.shape[1]; t++) {
    const [h_t, next] = layer.step(x.pick(null, t, null), now);
    steps.push(h_t);
    now = next;
  }
  return { steps, final: now };
}
