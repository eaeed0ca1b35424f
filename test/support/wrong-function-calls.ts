/** Wrong calls of the functions of one layer, each with the error that it must give. */

import { DtypeError, ShapeError, StateError, zeros } from '@retrograd/arrays';
import { constant } from '@retrograd/autograd';
import { type Case, cellArgs, randomCase, sequenceArgs } from './layer-cases.js';
import { type Arrays, LAYERS, type LayerEntry } from './layer-table.js';
import {
  type Args,
  calls,
  integers,
  LIKE,
  NOT_FLOAT,
  outside,
  SIZES,
  type Table,
  type WrongCall,
  wrongParams,
  wrongWeights,
} from './wrong-calls.js';

export function functionCalls(layer: LayerEntry): WrongCall[] {
  const { fns, ops, name } = layer;
  const each = randomCase(layer, SIZES, 1);
  const n = layer.states.length;
  const cell = cellArgs(layer, each);
  const cellState: Table = layer.states.flatMap((s, i): Table => {
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
  const stateShape = (i: number) => `the shape of ${layer.states[i]}_t`;
  const cellBackward: Table = [
    ...grads.map((_, i): Table[number] => [
      [...grads.with(i, zeros([3, 4])), cache],
      ShapeError,
      `grad_${layer.states[i]} must be [2, 4] (${stateShape(i)}), got [3, 4]`,
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
        ...layer.states.map((s, i): Table[number] => {
          const finals: unknown[] = layer.states.map(() => undefined);
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
