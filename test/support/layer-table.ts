/**
 * The three layers in one form: which functions each has, with their arguments and results in one order. The roads to a gradient
 * that implementations.ts builds on this table are written once for all three.
 */

import type { NdArray } from '@retrograd/arrays';
import { concat, type Tensor } from '@retrograd/autograd';
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

export type Layer = VanillaRNN | LSTM | GRU;

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
export const call = <R>(fn: (...args: any[]) => R, ...args: unknown[]): R => fn(...args);

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
