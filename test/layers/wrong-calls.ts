/** Wrong calls of the functions and classes of one layer, each with the error that it must give. B 2, T 3, I 3, H 4 everywhere. */
import { constant, parameter } from '@retrograd/autograd';
import {
  copy,
  DtypeError,
  type NdArray,
  ShapeError,
  StateError,
  ValueError,
  view,
  zeros,
} from '@retrograd/kernels';
import ndarray from 'ndarray';
import type { Arrays } from '../support/kinds.js';
import { type Case, cellArgs, type Described, LAYERS, loaded, randomCase, sequenceArgs } from './layers.js';

type ErrorClass = typeof ShapeError | typeof DtypeError | typeof ValueError | typeof StateError;

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
const LIKE = 'must be a tensor, an ndarray or a number';
const NOT_FLOAT = 'must be an ndarray of float32 or float64, got one of int32';

const integers = (...shape: number[]) => ndarray(new Int32Array(shape.reduce((n, s) => n * s, 1)), shape);
const outside = (...shape: number[]) =>
  view(
    new Float64Array(1),
    shape,
    shape.map(() => 1),
    0,
  );

/** What a weight or bias must be, as messages say it. */
function expectation(layer: Described, param: string): string {
  if (layer.name === 'rnn') {
    return { W_xh: '[3, 4] (input 3, hidden 4)', W_hh: '[4, 4] (hidden 4)', b_h: '[4] (hidden 4)' }[
      param
    ] as string;
  }
  return param[0] === 'W' ? '[7, 4] (hidden 4 + input 3)' : '[4] (hidden 4)';
}

type Table = [args: unknown[], Class: ErrorClass, message: string][];
type Args = unknown[];

const calls = (op: string, fn: (...args: unknown[]) => unknown, table: Table): WrongCall[] =>
  table.map(([args, Class, message]) => ({ op, call: () => fn(...args), Class, message }));

/** Wrong weights among the positional arguments; they start at `first`. */
const wrongWeights = (layer: Described, good: Args, first: number): Table =>
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

export function functionCalls(layer: Described): WrongCall[] {
  const { fns, ops, name, kind } = layer;
  const each = randomCase(layer, SIZES, 1);
  const n = kind.states.length;
  const cell = cellArgs(layer, each);
  const cellState: Table = kind.states.flatMap((s, i): Table => {
    const wanted = i === 0 ? 'hidden' : '4';
    return [
      [cell.with(1 + i, zeros([5, 4])), ShapeError, `${s}_prev must be [2, ${wanted}], got [5, 4]`],
      [cell.with(1 + i, zeros([2])), ShapeError, `${s}_prev must be [2, ${wanted}], got [2]`],
      [cell.with(1 + i, undefined as never), DtypeError, `${s}_prev must be an ndarray, got undefined`],
    ];
  });
  const cellForward: Table = [
    [cell.with(0, [1, 2] as never), DtypeError, 'x_t must be an ndarray, got a list of 2'],
    [cell.with(0, integers(2, 3) as never), DtypeError, `x_t ${NOT_FLOAT}`],
    [cell.with(0, zeros([2, 3, 3])), ShapeError, 'x_t must be [batch, input], got [2, 3, 3]'],
    [
      cell.with(0, outside(2, 3)),
      ShapeError,
      'x_t must be a view inside its data, got entries 0 to 3 of 1 in shape [2, 3]',
    ],
    ...cellState,
    ...wrongWeights(layer, cell, 1 + n),
  ];

  const cache = (fns.cellForward(...cell) as unknown[]).at(-1) as Arrays;
  const without = (key: string): Partial<Arrays> =>
    Object.fromEntries(Object.entries(cache).filter(([k]) => k !== key));
  const grads = each.grad_state;
  const notACache = `must be one of ${ops.cellForward} or ${ops.forward}, got one without`;
  const stateShape = (i: number) => `the shape of ${kind.states[i]}_t`;
  const cellBackward: Table = [
    ...grads.map((_, i): Table[number] => [
      [...grads.with(i, zeros([3, 4])), cache],
      ShapeError,
      `grad_${kind.states[i]} must be [2, 4] (${stateShape(i)}), got [3, 4]`,
    ]),
    [[...grads.with(0, 1 as never), cache], DtypeError, 'grad_h must be an ndarray, got 1'],
    [[...grads.with(0, integers(2, 4) as never), cache], DtypeError, `grad_h ${NOT_FLOAT}`],
    [[...grads, undefined], StateError, `cache ${notACache} x_t`],
    [[...grads, {}], StateError, `cache ${notACache} x_t`],
    ...layer.cacheKeys.map((key): Table[number] => [
      [...grads, without(key)],
      StateError,
      `cache ${notACache} ${key}`,
    ]),
    [[...grads, { ...cache, h_prev: [0] }], DtypeError, 'cache.h_prev must be an ndarray, got a list of 1'],
    ...layer.cacheKeys
      .filter((key) => key[0] === 'W')
      .map((key): Table[number] => {
        const wanted = layer.shapeOf(key, 3, 4).join(', ');
        return [
          [...grads, { ...cache, [key]: zeros([9, 9]) }],
          ShapeError,
          `cache.${key} must be [${wanted}], got [9, 9]`,
        ];
      }),
  ];

  const all = sequenceArgs(layer, each);
  const forward: Table = [
    [all.with(0, 7), DtypeError, 'x must be an ndarray, got 7'],
    [all.with(0, integers(2, 3, 3)), DtypeError, `x ${NOT_FLOAT}`],
    [all.with(0, zeros([2, 3])), ShapeError, 'x must be [batch, time, input], got [2, 3]'],
    [all.with(0, constant(each.x)), DtypeError, 'x must be an ndarray, got a Tensor'],
    [all.with(1, zeros([1, 4])), ShapeError, 'h_0 must be [2, hidden], got [1, 4]'],
    [all.with(1, undefined), DtypeError, 'h_0 must be an ndarray, got undefined'],
    ...(n > 1
      ? ([
          [all.with(2, zeros([2, 5])), ShapeError, 'c_0 must be [2, 4] (the shape of h_0), got [2, 5]'],
        ] as Table)
      : []),
    ...(name === 'rnn'
      ? wrongWeights(layer, all, 2)
      : wrongParams(layer, 'params', each, (params) => all.with(-1, params))),
  ];

  const caches = (fns.forward(...all) as unknown[]).at(-1) as Arrays[];
  const ofOthers = LAYERS.filter((other) => other !== layer).map((other): Table[number] => {
    const foreign = other.fns.forward(...sequenceArgs(other, randomCase(other, SIZES, 2))) as unknown[];
    const missing = layer.cacheKeys.find((key) => !other.cacheKeys.includes(key));
    return [[each.grad_h_all, foreign.at(-1)], StateError, `caches[0] ${notACache} ${missing}`];
  });
  const longer = randomCase(layer, { ...SIZES, T: 5 }, 3);
  const wider = randomCase(layer, { ...SIZES, B: 6 }, 4);
  const cachesOf = (c: Case) => (fns.forward(...sequenceArgs(layer, c)) as unknown[]).at(-1) as Arrays[];
  const fromForward = `caches must be the list that ${ops.forward} returned, got`;
  const backward: Table = [
    [[each.grad_h_all, undefined], StateError, `${fromForward} undefined`],
    [[each.grad_h_all, []], StateError, `${fromForward} a list of 0`],
    [[each.grad_h_all, caches[0]], StateError, `${fromForward} an object`],
    ...ofOthers,
    [[each.grad_h_all, [caches[0], 5, caches[2]]], StateError, `caches[1] ${notACache} x_t`],
    [[each.grad_h_all, [caches[0], caches[1], without('x_t')]], StateError, `caches[2] ${notACache} x_t`],
    [
      [each.grad_h_all, caches.with(1, cachesOf(wider)[1])],
      ShapeError,
      'caches[1].x_t must be [2, 3] in every step, got [6, 3]',
    ],
    ...[cachesOf(longer), [...cachesOf(longer)]].map((list): Table[number] => [
      [each.grad_h_all, list],
      ShapeError,
      'grad_h_all must be [2, 5, 4] (the shape of h_all), got [2, 3, 4]',
    ]),
    ...[caches, [...caches]].flatMap(
      (list): Table => [
        [[zeros([2, 4]), list], ShapeError, 'grad_h_all must be [2, 3, 4] (the shape of h_all), got [2, 4]'],
        [[undefined, list], DtypeError, 'grad_h_all must be an ndarray, got undefined'],
        ...kind.states.map((s, i): Table[number] => {
          const finals: unknown[] = kind.states.map(() => undefined);
          return [
            [each.grad_h_all, list, ...finals.with(i, zeros([2, 3]))],
            ShapeError,
            `grad_${s}_final must be [2, 4], got [2, 3]`,
          ];
        }),
        [[each.grad_h_all, list, null], DtypeError, 'grad_h_final must be an ndarray, got null'],
      ],
    ),
  ];

  const G = layer.gates;
  const [W, b] = [zeros([7, 4 * G]), zeros([4 * G])];
  const seq: Args = [each.x, ...each.state, W, b];
  const gates = name === 'rnn' ? '' : `, ${G} gates`;
  const ofGates = name === 'rnn' ? '' : ` (${G} gates of hidden 4)`;
  const sequence: Table = [
    [seq.with(0, 'x'), DtypeError, `x ${LIKE}, got 'x'`],
    [seq.with(0, zeros([2, 3])), ShapeError, 'x must be [batch, time, input], got [2, 3]'],
    [seq.with(1, zeros([3, 4])), ShapeError, 'h_0 must be [2, hidden], got [3, 4]'],
    [seq.with(1, null), DtypeError, `h_0 ${LIKE}, got null`],
    [
      seq.with(-2, zeros([3, 4])),
      ShapeError,
      `W must be [7, ${4 * G}] (hidden 4 + input 3${gates}), got [3, 4]`,
    ],
    [seq.with(-1, zeros([3])), ShapeError, `b must be [${4 * G}]${ofGates}, got [3]`],
    [seq.with(-1, undefined), DtypeError, `b ${LIKE}, got undefined`],
  ];

  const lifted = (args: Args): Args => {
    const named = Object.fromEntries(layer.params.map((p, i) => [p, args[1 + n + i]]));
    return name === 'rnn' ? args : [...args.slice(0, 1 + n), named];
  };
  const cellOp: Table = [
    [lifted(cell.with(0, {} as never)), DtypeError, `x_t ${LIKE}, got an object`],
    [lifted(cell.with(1, null as never)), DtypeError, `h_prev ${LIKE}, got null`],
    ...layer.params.map((p, i): Table[number] => [
      lifted(cell.with(1 + n + i, undefined as never)),
      DtypeError,
      `${p} ${LIKE}, got undefined`,
    ]),
  ];

  return [
    ...calls(ops.cellForward, fns.cellForward, cellForward),
    ...calls(ops.cellBackward, fns.cellBackward, cellBackward),
    ...calls(ops.forward, fns.forward, forward),
    ...calls(ops.backward, fns.backward, backward),
    ...calls(ops.sequence, fns.sequence, sequence),
    ...calls(ops.cell, fns.cell, cellOp),
  ];
}

/** Wrong dictionaries of parameters, and the arguments they are given in. */
function wrongParams(layer: Described, argument: string, each: Case, args: (params: unknown) => Args): Table {
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

export function classCalls(layer: Described): { made: ReturnType<Described['make']>; calls: WrongCall[] } {
  const { className, kind } = layer;
  const each = randomCase(layer, SIZES, 5);
  const n = kind.states.length;
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

  const states = kind.states.flatMap((s, i): Table => {
    const given: unknown[] = kind.states.map(() => undefined);
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
    ...kind.states.map((s, i): Table[number] => {
      const finals: unknown[] = kind.states.map(() => undefined);
      return [
        [each.grad_h_all, ...finals.with(i, zeros([4]))],
        ShapeError,
        `grad_${s}_final must be [2, 4], got [4]`,
      ];
    }),
    [[each.grad_h_all, null], DtypeError, 'grad_h_final must be an ndarray, got null'],
  ];

  const wantedState = `state must be [${kind.states.join(', ')}], got`;
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
    ...kind.states.map((s, i): Table[number] => [
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

/** What every array that a test gives away looked like. */
export const snapshot = (arrays: readonly NdArray[]): NdArray[] => arrays.map((x) => copy(x));
