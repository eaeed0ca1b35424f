/** Wrong calls of the class of one layer, each with the error that it must give. */

import { DtypeError, type NdArray, ShapeError, StateError, ValueError, zeros } from '@retrograd/arrays';
import { constant, parameter } from '@retrograd/autograd';
import { loaded, randomCase } from './layer-cases.js';
import type { Arrays, LayerEntry } from './layer-table.js';
import {
  calls,
  integers,
  LIKE,
  NOT_FLOAT,
  SIZES,
  type Table,
  type WrongCall,
  wrongParams,
} from './wrong-calls.js';

export function classCalls(layer: LayerEntry): { made: ReturnType<LayerEntry['make']>; calls: WrongCall[] } {
  const { className } = layer;
  const each = randomCase(layer, SIZES, 5);
  const n = layer.states.length;
  const made = loaded(layer, each);
  const method =
    (self: object, key: string) =>
    (...args: unknown[]): unknown =>
      (self as Record<string, (...args: unknown[]) => unknown>)[key](...args);
  const make = (...args: unknown[]): unknown => (layer.make as (...args: unknown[]) => unknown)(...args);
  const positive = (argument: string, value: string) =>
    `${argument} must be a positive integer, got ${value}`;
  const construction: Table = [
    ...([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY] as const).flatMap(
      (size): Table => [
        [[size, 4], ValueError, positive('inputSize', String(size))],
        [[3, size], ValueError, positive('hiddenSize', String(size))],
      ],
    ),
    [[3, '4'], ValueError, positive('hiddenSize', "'4'")],
    [[3], ValueError, positive('hiddenSize', 'undefined')],
    [[3, 4, { dtype: 'float16' }], DtypeError, "dtype must be 'float32' or 'float64', got 'float16'"],
    [[3, 4, { init: 'ones' }], ValueError, "init must be 'glorot' or 'zeros', got 'ones'"],
    [[3, 4, { seed: 1.5 }], ValueError, 'seed must be a safe integer, got 1.5'],
    [[3, 4, { rng: Math.random }], DtypeError, 'rng must be a Random, got a function'],
    [[3, 4, null], DtypeError, 'options must be an object, got null'],
    [[3, 4, 7], DtypeError, 'options must be an object, got 7'],
  ];

  const states = layer.states.flatMap((s, i): Table => {
    const given: unknown[] = layer.states.map(() => undefined);
    return [each.x, parameter(each.x)].flatMap(
      (x): Table => [
        [[x, ...given.with(i, zeros([3, 4]))], ShapeError, `${s}_0 must be [2, 4], got [3, 4]`],
        [[x, ...given.with(i, zeros([2, 5]))], ShapeError, `${s}_0 must be [2, 4], got [2, 5]`],
        [
          [x, ...given.with(i, null)],
          DtypeError,
          `${s}_0 ${x === each.x ? 'must be an ndarray' : LIKE}, got null`,
        ],
        [[x, ...given.with(i, integers(2, 4))], DtypeError, `${s}_0 ${NOT_FLOAT}`],
      ],
    );
  });
  const forward: Table = [
    [[], DtypeError, 'x must be an ndarray, got undefined'],
    [[[[[1]]]], DtypeError, 'x must be an ndarray, got a list of 1'],
    [[integers(2, 3, 3)], DtypeError, `x ${NOT_FLOAT}`],
    [[each.x_t], ShapeError, 'x must be [batch, time, 3], got [2, 3]'],
    [[zeros([2, 3, 5])], ShapeError, 'x must be [batch, time, 3], got [2, 3, 5]'],
    [[constant(zeros([2, 3, 5]))], ShapeError, 'x must be [batch, time, 3], got [2, 3, 5]'],
    [[each.x, constant(each.state[0])], DtypeError, 'h_0 must be an ndarray, got a Tensor'],
    ...states,
  ];

  const fresh = layer.make(3, 4, { seed: 1 });
  const changed = loaded(layer, each);
  (changed.forward as (x: NdArray) => NdArray).call(changed, each.x);
  changed.loadStateDict(each.params);
  const stepped = loaded(layer, each);
  (stepped.forward as (x: NdArray) => NdArray).call(stepped, each.x);
  stepped.b.update((value) => value.set(0, 1));
  (made.forward as (x: NdArray) => NdArray).call(made, each.x);
  const unchanged =
    'parameters must be unchanged since forward, got changed ones; call forward again after changing them';
  const backward: Table = [
    [[zeros([2, 3])], ShapeError, 'grad_h_all must be [2, 3, 4] (the shape of h_all), got [2, 3]'],
    [[zeros([2, 5, 4])], ShapeError, 'grad_h_all must be [2, 3, 4] (the shape of h_all), got [2, 5, 4]'],
    [[undefined], DtypeError, 'grad_h_all must be an ndarray, got undefined'],
    [[integers(2, 3, 4)], DtypeError, `grad_h_all ${NOT_FLOAT}`],
    ...layer.states.map((s, i): Table[number] => {
      const finals: unknown[] = layer.states.map(() => undefined);
      return [
        [each.grad_h_all, ...finals.with(i, zeros([4]))],
        ShapeError,
        `grad_${s}_final must be [2, 4], got [4]`,
      ];
    }),
    [[each.grad_h_all, null], DtypeError, 'grad_h_final must be an ndarray, got null'],
  ];

  const wantedState = `state must be [${layer.states.join(', ')}], got`;
  const remedy = (op: string) => `; pass on the state that ${op} returned`;
  const step: Table = [
    [[each.x], ShapeError, 'x_t must be [batch, 3], got [2, 3, 3]'],
    [[zeros([2, 4])], ShapeError, 'x_t must be [batch, 3], got [2, 4]'],
    [[undefined], DtypeError, 'x_t must be an ndarray, got undefined'],
    [[each.x_t, []], ValueError, `${wantedState} a list of 0${remedy('step')}`],
    [
      [each.x_t, [...each.state, ...each.state]],
      ValueError,
      `${wantedState} a list of ${2 * n}${remedy('step')}`,
    ],
    [[each.x_t, each.state[0]], ValueError, `${wantedState} an ndarray of shape [2, 4]${remedy('step')}`],
    [[each.x_t, null], ValueError, `${wantedState} null${remedy('step')}`],
    ...layer.states.map((s, i): Table[number] => [
      [each.x_t, each.state.with(i, zeros([1, 4]))],
      ShapeError,
      `${s} must be [2, 4], got [1, 4]`,
    ]),
  ];
  const run: Table = [
    [[parameter(each.x), []], ValueError, `${wantedState} a list of 0${remedy('run')}`],
    [
      [parameter(each.x), each.state[0]],
      ValueError,
      `${wantedState} an ndarray of shape [2, 4]${remedy('run')}`,
    ],
  ];
  const zeroState: Table = [-1, 0.5, Number.NaN].map((batch) => [
    [batch],
    ValueError,
    `batch must be an integer >= 0, got ${batch}`,
  ]);

  /** The last parameter is the wrong one, so that a copy in order would have changed the others already. */
  const last = layer.params.at(-1) as string;
  const wrongLast = { ...each.params, [last]: zeros([9]) };
  const wrongLastMessage = `${last} must be [4], got [9]`;
  const loads: Table = [
    ...wrongParams(layer, 'dict', each, (params) => [params]),
    [[wrongLast], ShapeError, wrongLastMessage],
    [[{ ...each.params, [last]: integers(4) }], DtypeError, `${last} ${NOT_FLOAT}`],
  ];
  const list = (params: Arrays): unknown[] =>
    layer.name === 'rnn' ? layer.params.map((p) => params[p]) : [params];
  const sets: Table = [
    ...(layer.name === 'rnn'
      ? ([[[], DtypeError, 'W_xh must be an ndarray, got undefined']] as Table)
      : wrongParams(layer, 'params', each, (params) => [params]).filter(
          ([, Class]) => Class !== ShapeError && Class !== DtypeError,
        )),
    [list(wrongLast), ShapeError, wrongLastMessage],
  ];
  const of = (op: string, table: Table, self: object = made): WrongCall[] =>
    calls(`${className}.${op}`, method(self, op), table);
  return {
    made,
    calls: [
      ...calls(className, make, construction),
      ...of('forward', forward),
      ...of('backward', backward),
      ...of(
        'backward',
        [[[each.grad_h_all], StateError, 'forward must be called before backward, got no forward call']],
        fresh,
      ),
      ...of(
        'getGradients',
        [[[], StateError, 'backward must be called before, got no gradients yet']],
        fresh,
      ),
      ...of('backward', [[[each.grad_h_all], StateError, unchanged]], changed),
      ...of('backward', [[[each.grad_h_all], StateError, unchanged]], stepped),
      ...of('step', step),
      ...of('run', run),
      ...of('zeroState', zeroState),
      ...of('loadStateDict', loads),
      ...of('setParams', sets),
    ],
  };
}
