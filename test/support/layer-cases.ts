/** Random cases for the layers of layer-table.ts, and how their arguments are listed. */

import { type Dtype, type NdArray, Random, randomNormal } from '@retrograd/arrays';
import type { LayerOptions } from '@retrograd/recurrent/graph';
import type { Arrays, Layer, LayerEntry } from './layer-table.js';

export interface Sizes {
  B: number;
  T: number;
  I: number;
  H: number;
}

export interface Case extends Sizes {
  title: string;
  x: NdArray;
  x_t: NdArray;
  state: NdArray[];
  params: Arrays;
  grad_h_all: NdArray;
  /** Of the final states, or of the states after one step. */
  grad_state: NdArray[];
}

/** Random numbers for every argument of a layer. */
export function randomCase(layer: LayerEntry, sizes: Sizes, seed: number, dtype: Dtype = 'float64'): Case {
  const rng = new Random(seed);
  const { B, T, I, H } = sizes;
  const normal = (shape: number[], std = 1): NdArray => randomNormal(shape, { rng, std, dtype });
  const states = (): NdArray[] => layer.states.map(() => normal([B, H]));
  const title = `${layer.name}, seed ${seed}, B ${B}, T ${T}, I ${I}, H ${H}`;
  return {
    ...sizes,
    title,
    x: normal([B, T, I]),
    x_t: normal([B, I]),
    state: states(),
    params: Object.fromEntries(
      layer.params.map((p) => [p, normal(layer.shapeOf(p, I, H), 1 / Math.sqrt(H + I))]),
    ),
    grad_h_all: normal([B, T, H]),
    grad_state: states(),
  };
}

/** Small sizes from 1 on, odd and even. */
export function randomSizes(seed: number, { B = 4, T = 5, I = 4, H = 5 } = {}): Sizes {
  const rng = new Random(seed);
  const upTo = (n: number): number => 1 + rng.integer(n);
  return { B: upTo(B), T: upTo(T), I: upTo(I), H: upTo(H) };
}

/** The arguments of cellForward, forward, in the spec's order. */
export const cellArgs = ({ params }: LayerEntry, each: Case): NdArray[] => [
  each.x_t,
  ...each.state,
  ...params.map((name) => each.params[name]),
];

export const sequenceArgs = ({ name, params }: LayerEntry, each: Case): unknown[] => [
  each.x,
  ...each.state,
  ...(name === 'rnn' ? params.map((p) => each.params[p]) : [each.params]),
];

/** A layer with the parameters of a case. */
export const loaded = (layer: LayerEntry, each: Case, options: LayerOptions = {}): Layer => {
  const made = layer.make(each.I, each.H, { ...options, init: 'zeros' });
  made.loadStateDict(each.params);
  return made;
};
