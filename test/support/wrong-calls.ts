/** What the tables of wrong calls have in common. B 2, T 3, I 3, H 4 everywhere. */
import {
  copy,
  DtypeError,
  type NdArray,
  ShapeError,
  type StateError,
  ValueError,
  view,
  zeros,
} from '@retrograd/arrays';
import ndarray from 'ndarray';
import type { Case } from './layer-cases.js';
import type { LayerEntry } from './layer-table.js';

export type ErrorClass = typeof ShapeError | typeof DtypeError | typeof ValueError | typeof StateError;

export interface WrongCall {
  /** What is called, as it stands in front of the message. */
  op: string;
  call: () => unknown;
  Class: ErrorClass;
  /** The whole message without `op: `. */
  message: string;
}

export const SIZES = { B: 2, T: 3, I: 3, H: 4 };
/** What an op of the graph takes. */
export const LIKE = 'must be a tensor, an ndarray or a number';
export const NOT_FLOAT = 'must be an ndarray of float32 or float64, got one of int32';

export const integers = (...shape: number[]) =>
  ndarray(new Int32Array(shape.reduce((n, s) => n * s, 1)), shape);
export const outside = (...shape: number[]) =>
  view(
    new Float64Array(1),
    shape,
    shape.map(() => 1),
    0,
  );

/** What a weight or bias must be, as messages say it. */
export function expectation(layer: LayerEntry, param: string): string {
  if (layer.name === 'rnn') {
    return { W_xh: '[3, 4] (input 3, hidden 4)', W_hh: '[4, 4] (hidden 4)', b_h: '[4] (hidden 4)' }[
      param
    ] as string;
  }
  return param[0] === 'W' ? '[7, 4] (hidden 4 + input 3)' : '[4] (hidden 4)';
}

export type Table = [args: unknown[], Class: ErrorClass, message: string][];
export type Args = unknown[];

export const calls = (op: string, fn: (...args: unknown[]) => unknown, table: Table): WrongCall[] =>
  table.map(([args, Class, message]) => ({ op, call: () => fn(...args), Class, message }));

/** Wrong weights among the positional arguments; they start at `first`. */
export const wrongWeights = (layer: LayerEntry, good: Args, first: number): Table =>
  layer.params.flatMap(
    (param, i): Table => [
      [
        good.with(first + i, zeros([3, 2])),
        ShapeError,
        `${param} must be ${expectation(layer, param)}, got [3, 2]`,
      ],
      [good.with(first + i, undefined), DtypeError, `${param} must be an ndarray, got undefined`],
    ],
  );

/** Wrong dictionaries of parameters, and the arguments they are given in. */
export function wrongParams(
  layer: LayerEntry,
  argument: string,
  each: Case,
  args: (params: unknown) => Args,
): Table {
  const { params } = layer;
  const list = params.join(', ');
  const exactly = `${argument} must be an object with exactly ${list}, got`;
  const { [params[1]]: _, ...without } = each.params;
  return [
    [args(undefined), DtypeError, `${argument} must be an object with ${list}, got undefined`],
    [args(null), DtypeError, `${argument} must be an object with ${list}, got null`],
    [args(without), ValueError, `${exactly} one without ${params[1]}`],
    [args({ ...each.params, W_q: zeros([1]) }), ValueError, `${exactly} one with the unknown W_q`],
    [
      args({ ...without, W_q: 0 }),
      ValueError,
      `${exactly} one without ${params[1]} and one with the unknown W_q`,
    ],
    ...params.flatMap((p): Table => {
      const wanted = argument === 'params' && layer.name !== 'rnn' ? expectation(layer, p) : '';
      return wanted === ''
        ? []
        : [
            [args({ ...each.params, [p]: zeros([2, 2]) }), ShapeError, `${p} must be ${wanted}, got [2, 2]`],
            [args({ ...each.params, [p]: [1] }), DtypeError, `${p} must be an ndarray, got a list of 1`],
          ];
    }),
  ];
}

/** What every array that a test gives away looked like. */
export const snapshot = (arrays: readonly NdArray[]): NdArray[] => arrays.map((x) => copy(x));
