/** Wrong arguments and states, which fit and evaluate refuse with a message. */

import { DtypeError, Random, ValueError } from '@retrograd/arrays';
import {
  type BatchSource,
  evaluate,
  type FitOptions,
  fit,
  type RecurrentModel,
  SGD,
  textBatches,
} from '@retrograd/nn';
import { test } from 'uvu';
import { makeModel, randomTokens } from '../support/fit-setting.js';
import { refuses, testRefusals } from '../support/refuses.js';

const model = makeModel();
const data = textBatches(randomTokens(41), { batchSize: 2, seqLength: 6 });
const optimizer = new SGD(model.parameters());
const call =
  (options: object, source: unknown = data, learner: unknown = model) =>
  () =>
    fit(learner as RecurrentModel, source as BatchSource, { optimizer, ...options } as FitOptions);
const state = {
  step: 1,
  epoch: 0,
  position: 1,
  generator: new Random(1).getState(),
  generators: model.generatorStates(),
  hidden: null,
  optimizer: optimizer.stateDict(),
};

testRefusals('fit refuses wrong calls at once', [
  [() => fit(model, data, undefined as never), DtypeError, 'fit: options must be an object, got undefined'],
  [call({}, data, {}), DtypeError, 'fit: model must be a Module, got an object'],
  [call({ optimizer: undefined }), DtypeError, 'fit: optimizer must be an Optimizer, got undefined'],
  [call({ optimizer: 'Adam' }), DtypeError, "fit: optimizer must be an Optimizer, got 'Adam'"],
  [call({}, null), DtypeError, 'fit: data must be a source of at least one batch, got null'],
  [
    call({}, { length: 0, epoch() {} }),
    DtypeError,
    'fit: data must be a source of at least one batch, got one of length 0',
  ],
  [call({ steps: -1 }), ValueError, 'fit: steps must be an integer >= 0, got -1'],
  [call({ steps: 1.5 }), ValueError, 'fit: steps must be an integer >= 0, got 1.5'],
  [call({ epochs: Number.NaN }), ValueError, 'fit: epochs must be an integer >= 0, got NaN'],
  [call({ clipNorm: 0 }), ValueError, 'fit: clipNorm must be a number > 0, got 0'],
  [call({ clipNorm: Number.NaN }), ValueError, 'fit: clipNorm must be a number > 0, got NaN'],
  [call({ turnEvery: -1 }), ValueError, 'fit: turnEvery must be a finite number >= 0, got -1'],
  [call({ validateEvery: 0 }), ValueError, 'fit: validateEvery must be a positive integer, got 0'],
  [
    call({ validateEvery: 5 }),
    ValueError,
    'fit: validation must be given when validateEvery is, got undefined',
  ],
  [
    call({ validation: [1] }),
    DtypeError,
    'fit: validation must be a source of at least one batch, got a list of 1',
  ],
  [call({ seed: 0.5 }), ValueError, 'Random: seed must be a safe integer, got 0.5'],
  [call({ resume: { ...state, step: -1 } }), ValueError, 'fit: resume.step must be an integer >= 0, got -1'],
  [
    call({ resume: { ...state, epoch: '0' } }),
    ValueError,
    "fit: resume.epoch must be an integer >= 0, got '0'",
  ],
  [
    call({ resume: { ...state, position: 4 } }),
    ValueError,
    'fit: resume.position must be an integer from 0 to 3 (batches of an epoch), got 4; give the same data and batch size',
  ],
  [
    call({ resume: { ...state, generator: [1] } }),
    ValueError,
    'Random.fromState: state must be what getState returned, got [1]',
  ],
  [
    call({ resume: { ...state, generators: {} } }),
    ValueError,
    'Random.fromState: state must be what getState returned, got undefined',
  ],
  [
    call({ resume: { ...state, optimizer: { ...state.optimizer, algorithm: 'Adam' } } }),
    ValueError,
    'SGD.loadStateDict: state must be of SGD, got of Adam',
  ],
]);

test('evaluate refuses a wrong turnEvery', () =>
  refuses([
    () => evaluate(model, data, { turnEvery: Number.NaN }),
    ValueError,
    'evaluate: turnEvery must be a finite number >= 0, got NaN',
  ]));

test.run();
