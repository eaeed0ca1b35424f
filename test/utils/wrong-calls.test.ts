/** Every utility, called wrongly in at least twelve ways: the class of the error and its whole message. */
import {
  array,
  DtypeError,
  full,
  type NdArray,
  Random,
  ShapeError,
  ValueError,
  view,
  zeros,
} from '@retrograd/arrays';
import { globalNorm } from '@retrograd/nn';
import {
  clipGradients,
  createSequences,
  generateSequence,
  sequenceLoss,
  sequenceLossBackward,
} from '@retrograd/utils';
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { constantModel, oneHot } from '../support/toy-model.js';

type ErrorClass = typeof ShapeError | typeof DtypeError | typeof ValueError;
type WrongCall = [args: unknown[], Class: ErrorClass, message: string];

function refuses(title: string, fn: (...args: never[]) => unknown, calls: readonly WrongCall[]): void {
  test(title, () => {
    assert.ok(calls.length >= 12, `only ${calls.length} wrong calls`);
    for (const [args, Class, message] of calls) {
      let thrown: unknown = 'nothing';
      try {
        fn(...(args as never[]));
      } catch (error) {
        thrown = error;
      }
      assert.is(thrown instanceof Error ? thrown.message : thrown, message);
      assert.instance(thrown, Class, message);
    }
  });
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
/** ndarray's constructor does not notice that a view reaches outside its data. */
const outside = () => view(new Float64Array(3), [2, 2], [2, 1], 0);
const integers = () => ndarray(new Int32Array(4), [2, 2]);

const notGradients = (op: string): WrongCall[] => [
  [[undefined, 1], DtypeError, `${op}: gradients must be a list of ndarrays, got undefined`],
  [[null, 1], DtypeError, `${op}: gradients must be a list of ndarrays, got null`],
  [[7, 1], DtypeError, `${op}: gradients must be a list of ndarrays, got 7`],
  [['W', 1], DtypeError, `${op}: gradients must be a list of ndarrays, got 'W'`],
  [[zeros([2]), 1], DtypeError, `${op}: gradients must be a list of ndarrays, got an ndarray of shape [2]`],
  [[{ W: zeros([2]) }, 1], DtypeError, `${op}: gradients must be a list of ndarrays, got an object`],
  [[[zeros([2]), undefined], 1], DtypeError, `${op}: gradients[1] must be an ndarray, got undefined`],
  [[[null], 1], DtypeError, `${op}: gradients[0] must be an ndarray, got null`],
  [[[3, 4], 1], DtypeError, `${op}: gradients[0] must be an ndarray, got 3`],
  [[[[3, 4]], 1], DtypeError, `${op}: gradients[0] must be an ndarray, got a list of 2`],
  [[[new Float64Array(2)], 1], DtypeError, `${op}: gradients[0] must be an ndarray, got a Float64Array`],
  [[[new Map()], 1], DtypeError, `${op}: gradients[0] must be an ndarray, got a Map`],
  [
    [[integers()], 1],
    DtypeError,
    `${op}: gradients[0] must be an ndarray of float32 or float64, got one of int32`,
  ],
  [
    [[outside()], 1],
    ShapeError,
    `${op}: gradients[0] must be a view inside its data, got entries 0 to 3 of 3 in shape [2, 2]`,
  ],
];

refuses('globalNorm refuses what is not a list of arrays', globalNorm, notGradients('globalNorm'));

refuses(
  'clipGradients refuses wrong lists, invalid limits, and gradients that are not finite',
  clipGradients,
  [
    ...notGradients('clipGradients'),
    [[[zeros([2])], 0], ValueError, 'clipGradients: maxNorm must be a number > 0, got 0'],
    [[[zeros([2])], -0], ValueError, 'clipGradients: maxNorm must be a number > 0, got -0'],
    [[[zeros([2])], -1], ValueError, 'clipGradients: maxNorm must be a number > 0, got -1'],
    [[[zeros([2])], -infinity], ValueError, 'clipGradients: maxNorm must be a number > 0, got -Infinity'],
    [[[zeros([2])], nan], ValueError, 'clipGradients: maxNorm must be a number > 0, got NaN'],
    [[[]], ValueError, 'clipGradients: maxNorm must be a number > 0, got undefined'],
    [[[], null], ValueError, 'clipGradients: maxNorm must be a number > 0, got null'],
    [[[], '5'], ValueError, "clipGradients: maxNorm must be a number > 0, got '5'"],
    [[[array([1, nan])], 1], ValueError, 'clipGradients: gradients[0] must be finite, got NaN'],
    [
      [[array(1), array([[infinity]])], 1],
      ValueError,
      'clipGradients: gradients[1] must be finite, got Infinity',
    ],
    [
      [[array([-infinity])], infinity],
      ValueError,
      'clipGradients: gradients[0] must be finite, got -Infinity',
    ],
    [
      [[full([2], 1e200), array([1, nan], { dtype: 'float32' })], 1],
      ValueError,
      'clipGradients: gradients[1] must be finite, got NaN',
    ],
  ],
);

const logits = () => zeros([2, 3, 4]);
const classes = () => zeros([2, 3]);
const wrongLosses = (op: string): WrongCall[] => [
  [[], DtypeError, `${op}: predictions must be an ndarray, got undefined`],
  [[[[[0, 1]]], classes()], DtypeError, `${op}: predictions must be an ndarray, got a list of 1`],
  [[new Map(), classes()], DtypeError, `${op}: predictions must be an ndarray, got a Map`],
  [
    [integers(), classes()],
    DtypeError,
    `${op}: predictions must be an ndarray of float32 or float64, got one of int32`,
  ],
  [
    [outside(), classes()],
    ShapeError,
    `${op}: predictions must be a view inside its data, got entries 0 to 3 of 3 in shape [2, 2]`,
  ],
  [
    [zeros([2, 3]), classes()],
    ShapeError,
    `${op}: predictions must be [batch, seq_length, vocab_size], got [2, 3]`,
  ],
  [
    [zeros([1, 2, 3, 4]), classes()],
    ShapeError,
    `${op}: predictions must be [batch, seq_length, vocab_size], got [1, 2, 3, 4]`,
  ],
  [[logits()], DtypeError, `${op}: targets must be an ndarray, got undefined`],
  [[logits(), [[0, 1, 2]]], DtypeError, `${op}: targets must be an ndarray, got a list of 1`],
  [[logits(), zeros([3, 2])], ShapeError, `${op}: targets must be [2, 3], got [3, 2]`],
  [[logits(), zeros([6])], ShapeError, `${op}: targets must be [2, 3], got [6]`],
  [[logits(), zeros([2, 3, 4])], ShapeError, `${op}: targets must be [2, 3], got [2, 3, 4]`],
  [[logits(), full([2, 3], 4)], ValueError, `${op}: targets must be integers from 0 to 3, got 4 at [0, 0]`],
  [
    [
      logits(),
      array([
        [0, 1, 2],
        [0, -1, 0],
      ]),
    ],
    ValueError,
    `${op}: targets must be integers from 0 to 3, got -1 at [1, 1]`,
  ],
  [
    [
      logits(),
      array([
        [0, 1.5, 2],
        [0, 0, 0],
      ]),
    ],
    ValueError,
    `${op}: targets must be integers from 0 to 3, got 1.5 at [0, 1]`,
  ],
  [
    [
      logits(),
      array([
        [0, 0, 0],
        [0, 0, nan],
      ]),
    ],
    ValueError,
    `${op}: targets must be integers from 0 to 3, got NaN at [1, 2]`,
  ],
  [
    [logits(), full([2, 3], infinity)],
    ValueError,
    `${op}: targets must be integers from 0 to 3, got Infinity at [0, 0]`,
  ],
  [
    [zeros([2, 3, 0]), classes()],
    ValueError,
    `${op}: targets must be empty (there are 0 classes), got 0 at [0, 0]`,
  ],
  [[logits(), classes(), [[1, 1, 1]]], DtypeError, `${op}: mask must be an ndarray, got a list of 1`],
  [[logits(), classes(), true], DtypeError, `${op}: mask must be an ndarray, got true`],
  [[logits(), classes(), zeros([2, 3, 1])], ShapeError, `${op}: mask must be [2, 3], got [2, 3, 1]`],
  [[logits(), classes(), zeros([2])], ShapeError, `${op}: mask must be [2, 3], got [2]`],
  [
    [
      logits(),
      classes(),
      array([
        [1, 1, 1],
        [0, nan, 0],
      ]),
    ],
    ValueError,
    `${op}: mask must be free of NaN, got NaN at [1, 1]`,
  ],
  [
    [
      array([
        [
          [0, 1],
          [nan, 0],
        ],
      ]),
      zeros([1, 2]),
    ],
    ValueError,
    `${op}: predictions must be finite or -Infinity in the steps that count, got NaN at [0, 1, 0]`,
  ],
  [
    [
      array([
        [
          [0, 1],
          [2, infinity],
        ],
      ]),
      zeros([1, 2]),
      array([[0, 1]]),
    ],
    ValueError,
    `${op}: predictions must be finite or -Infinity in the steps that count, got Infinity at [0, 1, 1]`,
  ],
  [
    [
      array([
        [
          [0, 1],
          [-infinity, -infinity],
        ],
      ]),
      zeros([1, 2]),
    ],
    ValueError,
    `${op}: predictions must be finite for a class in every step that counts, got only -Infinity in step [0, 1]`,
  ],
];

refuses(
  'sequenceLoss refuses wrong predictions, targets and masks',
  sequenceLoss,
  wrongLosses('sequenceLoss'),
);
refuses(
  'sequenceLossBackward refuses wrong predictions, targets and masks',
  sequenceLossBackward,
  wrongLosses('sequenceLossBackward'),
);

const series = () => zeros([10, 2]);

refuses('createSequences refuses wrong series, lengths and strides', createSequences, [
  [[undefined, 3], DtypeError, 'createSequences: data must be an ndarray, got undefined'],
  [[[[1], [2]], 1], DtypeError, 'createSequences: data must be an ndarray, got a list of 2'],
  [
    [integers(), 1],
    DtypeError,
    'createSequences: data must be an ndarray of float32 or float64, got one of int32',
  ],
  [[zeros([10]), 3], ShapeError, 'createSequences: data must be [total_length, features], got [10]'],
  [
    [zeros([1, 10, 2]), 3],
    ShapeError,
    'createSequences: data must be [total_length, features], got [1, 10, 2]',
  ],
  [
    [outside(), 1],
    ShapeError,
    'createSequences: data must be a view inside its data, got entries 0 to 3 of 3 in shape [2, 2]',
  ],
  [[series()], ValueError, 'createSequences: seqLength must be a positive integer, got undefined'],
  [[series(), 0], ValueError, 'createSequences: seqLength must be a positive integer, got 0'],
  [[series(), -3], ValueError, 'createSequences: seqLength must be a positive integer, got -3'],
  [[series(), 2.5], ValueError, 'createSequences: seqLength must be a positive integer, got 2.5'],
  [[series(), nan], ValueError, 'createSequences: seqLength must be a positive integer, got NaN'],
  [[series(), '3'], ValueError, "createSequences: seqLength must be a positive integer, got '3'"],
  [[series(), 11], ValueError, 'createSequences: seqLength must be at most 10 (the rows of data), got 11'],
  [[zeros([0, 2]), 1], ValueError, 'createSequences: seqLength must be at most 0 (the rows of data), got 1'],
  [[series(), infinity], ValueError, 'createSequences: seqLength must be a positive integer, got Infinity'],
  [[series(), 3, 0], ValueError, 'createSequences: stride must be a positive integer, got 0'],
  [[series(), 3, -1], ValueError, 'createSequences: stride must be a positive integer, got -1'],
  [[series(), 3, 0.5], ValueError, 'createSequences: stride must be a positive integer, got 0.5'],
  [[series(), 3, nan], ValueError, 'createSequences: stride must be a positive integer, got NaN'],
  [[series(), 3, null], ValueError, 'createSequences: stride must be a positive integer, got null'],
]);

const model = constantModel(0, 0, 0);
const start = () => oneHot([1, 0], 3);
const forward = (answer: unknown) => ({ forward: () => answer });
const step = (answer: unknown) => ({ step: () => answer });
const op = 'generateSequence';
const anArray = 'an ndarray of logits, or a tensor of them';
const remedy = 'use a layer with as many hidden units as inputs, or a head with 3 outputs';

refuses(
  'generateSequence refuses wrong models, seeds, lengths, temperatures and answers of the model',
  generateSequence,
  [
    [
      [undefined, start(), 2],
      DtypeError,
      `${op}: model must be an object with forward(x) or step(x_t, state), got undefined`,
    ],
    [
      [null, start(), 2],
      DtypeError,
      `${op}: model must be an object with forward(x) or step(x_t, state), got null`,
    ],
    [
      [{}, start(), 2],
      DtypeError,
      `${op}: model must be an object with forward(x) or step(x_t, state), got an object`,
    ],
    [
      [{ forward: 1 }, start(), 2],
      DtypeError,
      `${op}: model must be an object with forward(x) or step(x_t, state), got an object`,
    ],
    [
      [() => 0, start(), 2],
      DtypeError,
      `${op}: model must be an object with forward(x) or step(x_t, state), got a function`,
    ],
    [[model], DtypeError, `${op}: seed_sequence must be an ndarray, got undefined`],
    [[model, [[[1, 0, 0]]], 2], DtypeError, `${op}: seed_sequence must be an ndarray, got a list of 1`],
    [
      [model, integers(), 2],
      DtypeError,
      `${op}: seed_sequence must be an ndarray of float32 or float64, got one of int32`,
    ],
    [
      [model, zeros([2, 3]), 2],
      ShapeError,
      `${op}: seed_sequence must be [1, seed_length, input_size], got [2, 3]`,
    ],
    [
      [model, zeros([2, 2, 3]), 2],
      ShapeError,
      `${op}: seed_sequence must be [1, seed_length, input_size], got [2, 2, 3]`,
    ],
    [
      [model, zeros([0, 2, 3]), 2],
      ShapeError,
      `${op}: seed_sequence must be [1, seed_length, input_size], got [0, 2, 3]`,
    ],
    [
      [{ ...model, inputSize: 5 }, start(), 2],
      ShapeError,
      `${op}: seed_sequence must be [1, seed_length, 5], got [1, 2, 3]`,
    ],
    [
      [model, zeros([1, 0, 3]), 2],
      ShapeError,
      `${op}: seed_sequence must be at least one step of at least one input, got [1, 0, 3]`,
    ],
    [
      [model, zeros([1, 2, 0]), 2],
      ShapeError,
      `${op}: seed_sequence must be at least one step of at least one input, got [1, 2, 0]`,
    ],
    [[model, start()], ValueError, `${op}: length must be an integer >= 0, got undefined`],
    [[model, start(), -1], ValueError, `${op}: length must be an integer >= 0, got -1`],
    [[model, start(), 1.5], ValueError, `${op}: length must be an integer >= 0, got 1.5`],
    [[model, start(), infinity], ValueError, `${op}: length must be an integer >= 0, got Infinity`],
    [[model, start(), 2, -0.1], ValueError, `${op}: temperature must be a finite number >= 0, got -0.1`],
    [[model, start(), 2, nan], ValueError, `${op}: temperature must be a finite number >= 0, got NaN`],
    [
      [model, start(), 2, infinity],
      ValueError,
      `${op}: temperature must be a finite number >= 0, got Infinity`,
    ],
    [[model, start(), 2, '1'], ValueError, `${op}: temperature must be a finite number >= 0, got '1'`],
    [[model, start(), 2, 1, { seed: 0.5 }], ValueError, 'Random: seed must be a safe integer, got 0.5'],
    [[model, start(), 2, 1, { rng: 7 }], DtypeError, `${op}: options.rng must be a Random, got 7`],
    [[model, start(), 2, 1, { rng: null }], DtypeError, `${op}: options.rng must be a Random, got null`],
    [
      [model, start(), 2, 1, { rng: Math.random }],
      DtypeError,
      `${op}: options.rng must be a Random, got a function`,
    ],
    [
      [forward(undefined), start(), 2],
      DtypeError,
      `${op}: the answer of model.forward must be ${anArray}, got undefined`,
    ],
    [
      [forward([]), start(), 2],
      DtypeError,
      `${op}: the answer of model.forward must be ${anArray}, got undefined`,
    ],
    [
      [forward([[[0, 1, 2]]]), start(), 2],
      DtypeError,
      `${op}: the answer of model.forward must be ${anArray}, got a list of 1`,
    ],
    [
      [forward(Promise.resolve(1)), start(), 2],
      DtypeError,
      `${op}: the answer of model.forward must be ${anArray}, got a Promise`,
    ],
    [
      [forward(integers()), start(), 2],
      DtypeError,
      `${op}: the answer of model.forward must be an ndarray of float32 or float64, got one of int32`,
    ],
    [
      [forward(zeros([1, 2, 8])), start(), 2],
      ShapeError,
      `${op}: the answer of model.forward must be [1, 2, 3] (a logit for each input), got [1, 2, 8]; ${remedy}`,
    ],
    [
      [forward(zeros([1, 3])), start(), 2],
      ShapeError,
      `${op}: the answer of model.forward must be [1, 2, 3] (a logit for each input), got [1, 3]; ${remedy}`,
    ],
    [
      [step(zeros([1, 3])), start(), 2],
      DtypeError,
      `${op}: the answer of model.step must be a pair [y_t, newState], got an ndarray of shape [1, 3]`,
    ],
    [
      [step([zeros([1, 3])]), start(), 2],
      DtypeError,
      `${op}: the answer of model.step must be a pair [y_t, newState], got a list of 1`,
    ],
    [[step([3, []]), start(), 2], DtypeError, `${op}: the answer of model.step must be ${anArray}, got 3`],
    [
      [step([zeros([1, 8]), []]), start(), 2],
      ShapeError,
      `${op}: the answer of model.step must be [1, 3] (a logit for each input), got [1, 8]; ${remedy}`,
    ],
    [
      [constantModel(0, nan, 0), start(), 2],
      ValueError,
      `${op}: the logits of model must be finite or -Infinity, got NaN for symbol 1`,
    ],
    [
      [constantModel(0, nan, 0), start(), 2, 0],
      ValueError,
      `${op}: the logits of model must be finite or -Infinity, got NaN for symbol 1`,
    ],
    [
      [constantModel(0, 0, infinity), start(), 2],
      ValueError,
      `${op}: the logits of model must be finite or -Infinity, got Infinity for symbol 2`,
    ],
    [
      [constantModel(-infinity, -infinity, -infinity), start(), 2],
      ValueError,
      `${op}: the logits of model must be finite for some symbol, got only -Infinity`,
    ],
  ],
);

test('a refused call leaves the generator where it was', () => {
  const rng = new Random(4);
  assert.throws(() => generateSequence(model, start(), 2, -1, { rng }));
  assert.throws(() =>
    generateSequence(forward(zeros([1, 2, 8])) as { forward(): NdArray }, start(), 2, 1, { rng }),
  );
  assert.equal(rng.getState(), new Random(4).getState());
});

test.run();
