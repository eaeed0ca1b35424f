import { listFiles } from '../../esbuild.config.mjs';

const ofLayers = (file, names) =>
  Object.fromEntries(['rnn', 'lstm', 'gru'].map((layer) => [file(layer), names(layer)]));

/** Every op, but for those that have targets of their own or no derivative. */
const OPS = listFiles(
  'packages/autograd/src/ops',
  (path) => !/\/(cross-entropy|mse-loss|dropout)\.ts$/.test(path),
);

/**
 * Where the derivatives are, and which tests must notice when one is broken. `regions` names declarations by
 * file: a function, or a member of an object or a class (`lstm.backward`); 'vjps' stands for all functions
 * that ops hand to `record`. `tests` are tried in this order, and `limit` is the sample of an ordinary run.
 */
export const targets = [
  {
    regions: {
      ...ofLayers(
        (layer) => `packages/${layer}/src/cell.ts`,
        (layer) => [`${layer}CellBackward`],
      ),
      'packages/arrays/src/activation-derivatives.ts': ['sigmoidDerivative', 'tanhDerivative', 'oneMinus'],
    },
    tests: ['test/cross-check/pytorch-cells.test.ts'],
    limit: 20,
  },
  {
    regions: {
      'packages/recurrent/src/backward.ts': ['runBackward', 'loadGradients'],
      'packages/recurrent/src/steps.ts': ['runSteps', 'stepProducts', 'handOn'],
      'packages/recurrent/src/sequence.ts': ['sequenceBackward', 'sumOf'],
      'packages/recurrent/src/graph/op.ts': ['cellOp', 'sequenceOp'],
      ...ofLayers(
        (layer) => `packages/${layer}/src/sequence.ts`,
        () => ['stepBack'],
      ),
    },
    tests: [
      'test/cross-check/pytorch-sequences.test.ts',
      'test/recurrent/schedule.test.ts',
      'test/recurrent/caches.test.ts',
      'test/recurrent/shapes.test.ts',
      'test/recurrent/fusion.test.ts',
    ],
    limit: 16,
  },
  {
    // The reference: what is left without a module in WebAssembly.
    regions: {
      ...ofLayers(
        (layer) => `packages/${layer}/src/${layer}.ts`,
        (layer) => [`${layer}.backward`],
      ),
      'packages/rnn/src/gate.ts': ['backward'],
      'packages/lstm/src/gates.ts': ['backward'],
      'packages/gru/src/gates.ts': ['mixBackward', 'resetBackward'],
    },
    tests: ['test/cross-check/pytorch-sequences.test.ts'],
    limit: 16,
  },
  {
    regions: {
      ...Object.fromEntries(OPS.map((file) => [file, 'vjps'])),
    },
    tests: ['test/cross-check/pytorch-ops.test.ts', 'test/autograd/op-gradients.test.ts'],
    limit: 18,
  },
  {
    // What vjps call.
    regions: {
      'packages/autograd/src/ops/pow.ts': ['derivativeInX', 'derivativeInP'],
      'packages/autograd/src/ops/softmax.ts': ['softmaxPullback'],
      'packages/autograd/src/ops/matmul.ts': ['INTO_SUM.vjpInto', 'swapLastAxes'],
      'packages/autograd/src/ops/sum.ts': ['expandReduced', 'keptShape'],
    },
    tests: [
      'test/cross-check/pytorch-ops.test.ts',
      'test/autograd/op-gradients.test.ts',
      'test/cross-check/pytorch-training.test.ts',
    ],
    limit: 5,
  },
  {
    regions: {
      'packages/kernels/src/cross-entropy-rows.ts': ['plainRows'],
      'packages/arrays/src/cross-entropy.ts': ['crossEntropyForward', 'crossEntropyBackward'],
      'packages/autograd/src/ops/cross-entropy.ts': 'vjps',
      'packages/autograd/src/ops/mse-loss.ts': ['mseLoss'],
    },
    tests: ['test/cross-check/pytorch-losses.test.ts', 'test/autograd/op-gradients.test.ts'],
    limit: 7,
  },
  {
    regions: {
      'packages/autograd/src/ops/cross-entropy.ts': ['curvature'],
    },
    tests: ['test/cross-check/pytorch-losses.test.ts', 'test/autograd/op-gradients.test.ts'],
    limit: 2,
  },
  {
    regions: {
      'packages/autograd/src/backward.ts': [
        'reachableCalls',
        'Pass.run',
        'Pass.own',
        'Pass.pull',
        'Pass.take',
        'Pass.accumulate',
        'Pass.add',
        'castTo',
      ],
    },
    tests: [
      'test/cross-check/pytorch-sequences.test.ts',
      'test/autograd/graph.test.ts',
      'test/autograd/own-buffers.test.ts',
    ],
    limit: 6,
  },
  {
    regions: {
      'packages/arrays/src/norm.ts': ['clipToNorm', 'scaledNorm', 'sumOfSquares'],
    },
    tests: ['test/utils/clip-gradients.test.ts'],
    limit: 5,
  },
  {
    regions: {
      'packages/nn/src/optim/adam.ts': ['AdamBase.update'],
      'packages/nn/src/optim/adam-update.ts': ['plainUpdate'],
      'packages/nn/src/optim/rmsprop.ts': ['rmspropUpdate'],
      'packages/nn/src/optim/sgd.ts': ['descend', 'descendWithMomentum'],
    },
    tests: ['test/cross-check/pytorch-optimizers.test.ts', 'test/nn/optimizer-small-betas.test.ts'],
    limit: 10,
  },
];

/** Broken forms that compute the same: the file, the mutant's name, and why no test can tell. */
export const equivalent = [
  {
    file: 'packages/recurrent/src/steps.ts',
    mutant: 'stepProducts: drop a statement 1',
    because: 'the weights that the reference kernels pack have no blocks to give back',
  },
  {
    file: 'packages/recurrent/src/backward.ts',
    mutant: 'loadGradients: drop a statement 2',
    because: 'new blocks of the reference kernels are zeros',
  },
  {
    file: 'packages/recurrent/src/graph/op.ts',
    mutant: 'sequenceOp: flip a flag 1',
    because: '`fresh` only saves copies',
  },
  {
    file: 'packages/arrays/src/cross-entropy.ts',
    mutant: 'crossEntropyForward: drop a statement 2',
    because: 'its callers bring a buffer of zeros',
  },
  {
    file: 'packages/autograd/src/ops/mse-loss.ts',
    mutant: 'mseLoss: swap a difference 1',
    because: 'the difference is squared',
  },
  ...[
    'Pass.pull: take the other branch 1',
    'Pass.pull: drop a statement 2',
    'Pass.add: drop a statement 1',
  ].map((mutant) => ({
    file: 'packages/autograd/src/backward.ts',
    mutant,
    because: 'adding in place only saves arrays',
  })),
  {
    file: 'packages/autograd/src/backward.ts',
    mutant: 'Pass.take: drop a statement 1',
    because: 'finished cotangents are forgotten early only to save memory during the pass',
  },
  {
    file: 'packages/arrays/src/norm.ts',
    mutant: 'scaledNorm: assign for accumulate 2',
    because: 'what is not above 0 is summed again with a scale',
  },
  {
    file: 'packages/arrays/src/norm.ts',
    mutant: 'sumOfSquares: flip a sign 1',
    because: 'it reads past the end, and what is NaN is summed again with a scale',
  },
  {
    file: 'packages/nn/src/optim/adam-update.ts',
    mutant: 'plainUpdate: take the other branch 1',
    because: 'both ways of interpolating are the same but for rounding',
  },
  ...['rmspropUpdate: take the other branch 2', 'rmspropUpdate: flip a sign 2'].map((mutant) => ({
    file: 'packages/nn/src/optim/rmsprop.ts',
    mutant,
    because: 'both ways of interpolating are the same but for rounding',
  })),
];
