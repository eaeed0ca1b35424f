/** Every road to the outputs and gradients of the three layers, so that a test can compare all of them with one oracle. */

import { copy, type NdArray } from '@retrograd/arrays';
import { grad, parameter, scan, type Tensor } from '@retrograd/autograd';
import { type Arrays, call, type Kind, type Layer, type SequenceRun, type Tensors } from './layer-table.js';

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
