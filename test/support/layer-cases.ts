/**
 * What the tests of the layers need besides the tables in test/support: names, sizes and letters of each layer, random cases, and
 * the public functions with their arguments as a list, so that a test can be written once for all three.
 */

import { type Dtype, type NdArray, Random, randomNormal } from '@retrograd/arrays';
import {
  GRU,
  gruBackward,
  gruCell,
  gruCellBackward,
  gruCellForward,
  gruForward,
  gruSequence,
} from '@retrograd/gru';
import {
  LSTM,
  lstmBackward,
  lstmCell,
  lstmCellBackward,
  lstmCellForward,
  lstmForward,
  lstmSequence,
} from '@retrograd/lstm';
import type { LayerOptions } from '@retrograd/recurrent/graph';
import {
  rnnBackward,
  rnnCell,
  rnnCellBackward,
  rnnCellForward,
  rnnForward,
  rnnSequence,
  VanillaRNN,
} from '@retrograd/rnn';
import { type Arrays, KINDS, type Kind, type KindName, type Layer } from './layer-table.js';

type Any = (...args: unknown[]) => unknown;
const any = (fn: unknown): Any => fn as Any;

export interface Described {
  name: KindName;
  kind: Kind;
  className: string;
  /** How many gates lie side by side in the packed parameters. */
  gates: number;
  /** The parameters in the spec's order. */
  params: readonly string[];
  /** The keys of a cache. */
  cacheKeys: readonly string[];
  make(inputSize: number, hiddenSize: number, options?: LayerOptions): Layer;
  shapeOf(param: string, I: number, H: number): number[];
  /** The public functions, arguments as the spec orders them. */
  fns: Record<'cellForward' | 'cellBackward' | 'forward' | 'backward' | 'cell' | 'sequence', Any>;
  /** Names of the functions in messages. */
  ops: Record<'cellForward' | 'cellBackward' | 'forward' | 'backward' | 'cell' | 'sequence', string>;
}

const gated = (param: string, I: number, H: number): number[] => (param[0] === 'W' ? [H + I, H] : [H]);

const opsOf = (prefix: string): Described['ops'] => ({
  cellForward: `${prefix}CellForward`,
  cellBackward: `${prefix}CellBackward`,
  forward: `${prefix}Forward`,
  backward: `${prefix}Backward`,
  cell: `${prefix}Cell`,
  sequence: `${prefix}Sequence`,
});

export const LAYERS: readonly Described[] = [
  {
    name: 'rnn',
    kind: KINDS.rnn,
    className: 'VanillaRNN',
    gates: 1,
    params: ['W_xh', 'W_hh', 'b_h'],
    cacheKeys: ['x_t', 'h_prev', 'h_t', 'W_xh', 'W_hh'],
    make: (I, H, options) => new VanillaRNN(I, H, options),
    shapeOf: (param, I, H) => ({ W_xh: [I, H], W_hh: [H, H], b_h: [H] })[param] as number[],
    fns: {
      cellForward: any(rnnCellForward),
      cellBackward: any(rnnCellBackward),
      forward: any(rnnForward),
      backward: any(rnnBackward),
      cell: any(rnnCell),
      sequence: any(rnnSequence),
    },
    ops: opsOf('rnn'),
  },
  {
    name: 'lstm',
    kind: KINDS.lstm,
    className: 'LSTM',
    gates: 4,
    params: ['W_f', 'b_f', 'W_i', 'b_i', 'W_c', 'b_c', 'W_o', 'b_o'],
    cacheKeys: [
      ...['x_t', 'h_prev', 'c_prev', 'f_t', 'i_t', 'c_tilde', 'o_t', 'c_t', 'tanh_c_t'],
      ...['W_f', 'W_i', 'W_c', 'W_o'],
    ],
    make: (I, H, options) => new LSTM(I, H, options),
    shapeOf: gated,
    fns: {
      cellForward: any(lstmCellForward),
      cellBackward: any(lstmCellBackward),
      forward: any(lstmForward),
      backward: any(lstmBackward),
      cell: any(lstmCell),
      sequence: any(lstmSequence),
    },
    ops: opsOf('lstm'),
  },
  {
    name: 'gru',
    kind: KINDS.gru,
    className: 'GRU',
    gates: 3,
    params: ['W_z', 'b_z', 'W_r', 'b_r', 'W_h', 'b_h'],
    cacheKeys: ['x_t', 'h_prev', 'z_t', 'r_t', 'h_tilde', 'W_z', 'W_r', 'W_h'],
    make: (I, H, options) => new GRU(I, H, options),
    shapeOf: gated,
    fns: {
      cellForward: any(gruCellForward),
      cellBackward: any(gruCellBackward),
      forward: any(gruForward),
      backward: any(gruBackward),
      cell: any(gruCell),
      sequence: any(gruSequence),
    },
    ops: opsOf('gru'),
  },
];

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
export function randomCase(layer: Described, sizes: Sizes, seed: number, dtype: Dtype = 'float64'): Case {
  const rng = new Random(seed);
  const { B, T, I, H } = sizes;
  const normal = (shape: number[], std = 1): NdArray => randomNormal(shape, { rng, std, dtype });
  const states = (): NdArray[] => layer.kind.states.map(() => normal([B, H]));
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
export const cellArgs = ({ params }: Described, each: Case): NdArray[] => [
  each.x_t,
  ...each.state,
  ...params.map((name) => each.params[name]),
];

export const sequenceArgs = ({ name, params }: Described, each: Case): unknown[] => [
  each.x,
  ...each.state,
  ...(name === 'rnn' ? params.map((p) => each.params[p]) : [each.params]),
];

/** A copy of a case with some arrays replaced; the same names as in the case. */
export const loaded = (layer: Described, each: Case, options: LayerOptions = {}): Layer => {
  const made = layer.make(each.I, each.H, { ...options, init: 'zeros' });
  made.loadStateDict(each.params);
  return made;
};
