/**
 * The three layers in one form: names, sizes and letters of each, which functions it has, and these once more
 * with arguments and results in one order, so that a test is written once for all three. implementations.ts
 * builds every way to a gradient on it.
 */

import type { NdArray } from '@retrograd/arrays';
import { concat, type Tensor } from '@retrograd/autograd';
import * as gru from '@retrograd/gru';
import * as lstm from '@retrograd/lstm';
import type { LayerOptions } from '@retrograd/recurrent/graph';
import * as rnn from '@retrograd/rnn';

export type Arrays = Record<string, NdArray>;
export type Tensors = Record<string, Tensor>;
export type LayerName = 'rnn' | 'lstm' | 'gru';
export type Layer = rnn.VanillaRNN | lstm.LSTM | gru.GRU;

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

const FUNCTIONS = ['cellForward', 'cellBackward', 'forward', 'backward', 'cell', 'sequence'] as const;
type FunctionName = (typeof FUNCTIONS)[number];
type AnyFunction = (...args: unknown[]) => unknown;

export interface LayerEntry {
  name: LayerName;
  className: string;
  /** How many gates lie side by side in the packed parameters. */
  gates: number;
  /** The letters of the states. */
  states: readonly string[];
  /** The parameters in the spec's order. */
  params: readonly string[];
  /** The keys of a cache. */
  cacheKeys: readonly string[];
  make(inputSize: number, hiddenSize: number, options?: LayerOptions): Layer;
  shapeOf(param: string, I: number, H: number): number[];
  /** The public functions, arguments as the spec orders them. */
  fns: Record<FunctionName, AnyFunction>;
  /** Names of the functions in messages. */
  ops: Record<FunctionName, string>;
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
}

/** A layer's public functions and their names: those of `module` that begin with `prefix`. */
function functionsOf(module: object, prefix: string): Pick<LayerEntry, 'fns' | 'ops'> {
  const ops = FUNCTIONS.map((each) => [each, `${prefix}${each[0].toUpperCase()}${each.slice(1)}`]);
  const fns = ops.map(([each, op]) => [each, (module as Record<string, AnyFunction>)[op]]);
  return { fns: Object.fromEntries(fns), ops: Object.fromEntries(ops) };
}

const LSTM_GATES = ['f', 'i', 'c', 'o'];
const GRU_GATES = ['z', 'r', 'h'];

/** [W_f, b_f, W_i, b_i, …], the order of the spec's argument lists. */
const paramNames = (gates: readonly string[]): string[] =>
  gates.flatMap((gate) => [`W_${gate}`, `b_${gate}`]);

const listed = (p: Arrays, gates: readonly string[]): NdArray[] => paramNames(gates).map((name) => p[name]);

const gatedShape = (param: string, I: number, H: number): number[] => (param[0] === 'W' ? [H + I, H] : [H]);

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
export const call = <R>(fn: (...args: any[]) => R, ...args: unknown[]): R => fn(...args);

const rnnEntry: LayerEntry = {
  name: 'rnn',
  className: 'VanillaRNN',
  gates: 1,
  states: ['h'],
  params: ['W_xh', 'W_hh', 'b_h'],
  cacheKeys: ['x_t', 'h_prev', 'h_t', 'W_xh', 'W_hh'],
  make: (I, H, options = { seed: 1 }) => new rnn.VanillaRNN(I, H, options),
  shapeOf: (param, I, H) => ({ W_xh: [I, H], W_hh: [H, H], b_h: [H] })[param] as number[],
  ...functionsOf(rnn, 'rnn'),
  equations: (x_t, [h], p) => [rnn.rnnEquations(x_t, h, p.W_xh, p.W_hh, p.b_h)],
  cell: (x_t, [h], p) => [rnn.rnnCell(x_t, h, p.W_xh, p.W_hh, p.b_h)],
  sequence: (x, [h_0], p) => {
    const [h_all, h_final] = rnn.rnnSequence(x, h_0, concat([p.W_hh, p.W_xh], 0), p.b_h);
    return [h_all, [h_final]];
  },
  cellByHand: (x_t, [h], p, [grad_h]) => {
    const [h_t, cache] = rnn.rnnCellForward(x_t, h, p.W_xh, p.W_hh, p.b_h);
    const [grad_x, h_prev, W_xh, W_hh, b_h] = rnn.rnnCellBackward(grad_h, cache);
    return { outputs: [h_t], grads: { x_t: grad_x, h_prev, W_xh, W_hh, b_h } };
  },
  sequenceByHand: (x, [start], p, grad_h_all, [grad_h], separateCaches) => {
    const [h_all, h_final, caches] = rnn.rnnForward(x, start, p.W_xh, p.W_hh, p.b_h);
    const given = separateCaches ? [...caches] : caches;
    const [grad_x, W_xh, W_hh, b_h, h_0] = rnn.rnnBackward(grad_h_all, given, grad_h);
    return { h_all, final: [h_final], grads: { x: grad_x, W_xh, W_hh, b_h, h_0 } };
  },
};

const lstmEntry: LayerEntry = {
  name: 'lstm',
  className: 'LSTM',
  gates: 4,
  states: ['h', 'c'],
  params: paramNames(LSTM_GATES),
  cacheKeys: [
    ...['x_t', 'h_prev', 'c_prev', 'f_t', 'i_t', 'c_tilde', 'o_t', 'c_t', 'tanh_c_t'],
    ...['W_f', 'W_i', 'W_c', 'W_o'],
  ],
  make: (I, H, options = { seed: 1 }) => new lstm.LSTM(I, H, options),
  shapeOf: gatedShape,
  ...functionsOf(lstm, 'lstm'),
  equations: (x_t, [h, c], p) => call(lstm.lstmEquations, x_t, h, c, p),
  cell: (x_t, [h, c], p) => call(lstm.lstmCell, x_t, h, c, p),
  sequence: (x, [h_0, c_0], p) => {
    const [h_all, ...final] = lstm.lstmSequence(x, h_0, c_0, ...packed(p, LSTM_GATES));
    return [h_all, final];
  },
  cellByHand: (x_t, [h, c], p, [grad_h, grad_c]) => {
    const [h_t, c_t, cache] = call(lstm.lstmCellForward, x_t, h, c, ...listed(p, LSTM_GATES));
    const [grad_x, h_prev, c_prev, params] = lstm.lstmCellBackward(grad_h, grad_c, cache);
    return { outputs: [h_t, c_t], grads: { x_t: grad_x, h_prev, c_prev, ...params } };
  },
  sequenceByHand: (x, [start, cell], p, grad_h_all, [grad_h, grad_c], separateCaches) => {
    const [h_all, h_final, c_final, caches] = call(lstm.lstmForward, x, start, cell, p);
    const given = separateCaches ? [...caches] : caches;
    const [grad_x, params, h_0, c_0] = lstm.lstmBackward(grad_h_all, given, grad_h, grad_c);
    return { h_all, final: [h_final, c_final], grads: { x: grad_x, ...params, h_0, c_0 } };
  },
};

const gruEntry: LayerEntry = {
  name: 'gru',
  className: 'GRU',
  gates: 3,
  states: ['h'],
  params: paramNames(GRU_GATES),
  cacheKeys: ['x_t', 'h_prev', 'z_t', 'r_t', 'h_tilde', 'W_z', 'W_r', 'W_h'],
  make: (I, H, options = { seed: 1 }) => new gru.GRU(I, H, options),
  shapeOf: gatedShape,
  ...functionsOf(gru, 'gru'),
  equations: (x_t, [h], p) => [call(gru.gruEquations, x_t, h, p)],
  cell: (x_t, [h], p) => [call(gru.gruCell, x_t, h, p)],
  sequence: (x, [h_0], p) => {
    const [h_all, h_final] = gru.gruSequence(x, h_0, ...packed(p, GRU_GATES));
    return [h_all, [h_final]];
  },
  cellByHand: (x_t, [h], p, [grad_h]) => {
    const [h_t, cache] = call(gru.gruCellForward, x_t, h, ...listed(p, GRU_GATES));
    const [grad_x, h_prev, params] = gru.gruCellBackward(grad_h, cache);
    return { outputs: [h_t], grads: { x_t: grad_x, h_prev, ...params } };
  },
  sequenceByHand: (x, [start], p, grad_h_all, [grad_h], separateCaches) => {
    const [h_all, h_final, caches] = call(gru.gruForward, x, start, p);
    const given = separateCaches ? [...caches] : caches;
    const [grad_x, params, h_0] = gru.gruBackward(grad_h_all, given, grad_h);
    return { h_all, final: [h_final], grads: { x: grad_x, ...params, h_0 } };
  },
};

export const LAYERS: readonly LayerEntry[] = [rnnEntry, lstmEntry, gruEntry];

export const layerNamed = (name: LayerName): LayerEntry => LAYERS.find((layer) => layer.name === name)!;
