/**
 * Every way to the outputs and gradients of the three layers, so that a test can compare all of them with one
 * oracle.
 */

import { copy, type NdArray } from '@retrograd/arrays';
import { grad, parameter, scan, type Tensor } from '@retrograd/autograd';
import {
  type Arrays,
  call,
  type Layer,
  type LayerEntry,
  type SequenceRun,
  type Tensors,
} from './layer-table.js';

/** A cell's outputs and gradients on the graph: leaves for every argument, one `grad` for all of them. */
function cellOnGraph(run: LayerEntry['cell'], layer: LayerEntry): LayerEntry['cellByHand'] {
  return (x_t, state, p, cotangents) => {
    const inputs = leavesOf({ x_t, ...named(layer.states, '_prev', state), ...p });
    const before = layer.states.map((name) => inputs[`${name}_prev`]);
    const outputs = run(inputs.x_t, before, inputs);
    const grads = gradients(outputs, cotangents, inputs);
    return { outputs: outputs.map((y) => y.value), grads };
  };
}

type SequenceImplementation = (
  x: NdArray,
  state: readonly NdArray[],
  p: Arrays,
  grad_h_all: NdArray,
  grad_final: readonly NdArray[],
) => SequenceRun;

function sequenceOnGraph(run: LayerEntry['sequence'], layer: LayerEntry): SequenceImplementation {
  return (x, state, p, grad_h_all, grad_final) => {
    const inputs = leavesOf({ x, ...named(layer.states, '_0', state), ...p });
    const start = layer.states.map((name) => inputs[`${name}_0`]);
    const [h_all, final] = run(inputs.x, start, inputs);
    const grads = gradients([h_all, ...final], [grad_h_all, ...grad_final], inputs);
    return { h_all: h_all.value, final: final.map((s) => s.value), grads };
  };
}

/** Any step function over time. */
export const scanned =
  (step: LayerEntry['cell']): LayerEntry['sequence'] =>
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

function loadedLayer(entry: LayerEntry, x: NdArray, h_0: NdArray, p: Arrays): Layer {
  const layer = entry.make(x.shape[2], h_0.shape[1]);
  layer.loadStateDict(p);
  return layer;
}

/** The class on arrays: forward, backward, getGradients. It gives no gradient of the initial state. */
function classOnArrays(entry: LayerEntry): SequenceImplementation {
  return (x, state, p, grad_h_all, grad_final) => {
    const layer = loadedLayer(entry, x, state[0], p);
    const h_all = call(layer.forward.bind(layer) as (...args: unknown[]) => NdArray, x, ...state);
    const backward = layer.backward.bind(layer) as (...args: unknown[]) => NdArray;
    const grad_x = call(backward, grad_h_all, ...grad_final);
    return { h_all, final: [], grads: { x: grad_x, ...copies({ ...layer.getGradients() }) } };
  };
}

/**
 * The class on tensors: one lifted op over the packed parameters, whose gradients are read under the spec's
 * names.
 */
function classOnTensors(entry: LayerEntry): SequenceImplementation {
  return (x, state, p, grad_h_all, grad_final) => {
    const layer = loadedLayer(entry, x, state[0], p);
    const inputs = leavesOf({ x, ...named(entry.states, '_0', state) });
    const start = entry.states.map((name) => inputs[`${name}_0`]);
    const [h_all, final] = layer.run(inputs.x, start);
    const { W, b, ...grads } = gradients([h_all, ...final], [grad_h_all, ...grad_final], {
      ...inputs,
      W: layer.W,
      b: layer.b,
    });
    return {
      h_all: h_all.value,
      final: final.map((s) => s.value),
      grads: { ...grads, ...unpacked(entry, x.shape[2], state[0].shape[1], W, b) },
    };
  };
}

/** Packed arrays under the spec's names: a layer of the same size names them. */
function unpacked(entry: LayerEntry, I: number, H: number, W: NdArray, b: NdArray): Arrays {
  const layer = entry.make(I, H);
  layer.W.update((value) => (value.data as Float64Array).set(copy(W).data));
  layer.b.update((value) => (value.data as Float64Array).set(copy(b).data));
  return copies(layer.stateDict());
}

const copies = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, copy(value)]));

/** All implementations through one step. */
export const cellImplementations = (layer: LayerEntry): Record<string, LayerEntry['cellByHand']> => ({
  'derived by hand': layer.cellByHand,
  'composed equations': cellOnGraph(layer.equations, layer),
  'lifted cell': cellOnGraph(layer.cell, layer),
});

/** All implementations through a sequence. */
export const sequenceImplementations = (layer: LayerEntry): Record<string, SequenceImplementation> => ({
  'derived by hand': (...args) => layer.sequenceByHand(...args, false),
  'derived by hand, caches as a list of its own': (...args) => layer.sequenceByHand(...args, true),
  'composed equations under scan': sequenceOnGraph(scanned(layer.equations), layer),
  'lifted cell under scan': sequenceOnGraph(scanned(layer.cell), layer),
  'lifted sequence': sequenceOnGraph(layer.sequence, layer),
  'class on arrays': classOnArrays(layer),
  'class on tensors': classOnTensors(layer),
});

/** The class one step at a time, state carried: h_all without gradients. */
export function stepByStep(
  entry: LayerEntry,
  x: NdArray,
  state: readonly NdArray[],
  p: Arrays,
): { steps: NdArray[]; final: readonly NdArray[] } {
  const layer = loadedLayer(entry, x, state[0], p);
  const steps: NdArray[] = [];
  let now = state;
  for (let t = 0; t < x.shape[1]; t++) {
    const [h_t, next] = layer.step(x.pick(null, t, null), now);
    steps.push(h_t);
    now = next;
  }
  return { steps, final: now };
}
