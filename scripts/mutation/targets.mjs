/**
 * Where the derivatives are, and which tests must notice when one is broken: `sources` are files below packages/, `functions`
 * and `lines` mark the derivatives in them (see regions.mjs), `extra` names mistakes that no rule makes, `tests` are tried in this
 * order, and `limit` is the sample of an ordinary run.
 */

/** A pullback of an op: from its arrow function to the end of the line. */
const PULLBACK = /\((g|\[g\]|cotangents?)(: [\w[\] ]+)?\) =>/;

export const targets = [
  {
    sources: /^packages\/(rnn|lstm|gru)\/src\/cell\.ts$/,
    functions: /^export function \w+CellBackward\b/,
    lines: /Slope = \(.*\) =>|Slope = \(.*=> /,
    tests: ['test/cross-check/pytorch-cells.test.ts'],
    limit: 18,
  },
  {
    sources: /^packages\/(rnn|lstm|gru)\/src\/(tape|sequence)\.ts$/,
    functions: /^(export )?function (runBackward|stepByStep)\b/,
    tests: ['test/cross-check/pytorch-sequences.test.ts'],
    limit: 16,
  },
  {
    // The reference: an entry of `plainBackward`, or what is left without a module.
    sources: /^packages\/(rnn|lstm|gru)\/src\/gates\.ts$/,
    functions: /^ {2}\w*[bB]ackward: \($/,
    lines: /gradients\[.*\] \*= /,
    tests: ['test/cross-check/pytorch-sequences.test.ts'],
    limit: 12,
  },
  {
    sources: /^packages\/autograd\/src\/ops\/(?!cross-entropy|mse-loss|dropout)/,
    functions: /^(export )?function (max|maximum|slope|growth|\w+Pullback)\(/,
    lines: PULLBACK,
    tests: ['test/cross-check/pytorch-ops.test.ts', 'test/autograd/op-gradients.test.ts'],
    limit: 18,
  },
  {
    sources:
      /^packages\/(kernels\/src\/cross-entropy(-rows)?|autograd\/src\/ops\/(cross-entropy(-slope)?|mse-loss))\.ts$/,
    functions: /^(export )?function (plainRows|crossEntropyForward|curvature|mseLoss)\(/,
    lines: PULLBACK,
    tests: ['test/cross-check/pytorch-losses.test.ts', 'test/autograd/op-gradients.test.ts'],
    limit: 7,
  },
  {
    sources: /^packages\/autograd\/src\/backward\.ts$/,
    extra: [
      ['addInto(before.value, cotangent.value);', ''],
      ['const sum = sumTwo(before, cotangent);', 'const sum = cotangent;'],
      ['return [...seen].sort((a, b) => b.id - a.id);', 'return [...seen];'],
      ['return [...seen].sort((a, b) => b.id - a.id);', 'return [...seen].sort((a, b) => a.id - b.id);'],
    ],
    tests: ['test/cross-check/pytorch-sequences.test.ts'],
    limit: 5,
  },
  {
    sources: /^packages\/arrays\/src\/norm\.ts$/,
    functions: /^export function (clipToNorm|scaledNorm|sumOfSquares)\(/,
    tests: ['test/utils/clip-gradients.test.ts'],
    limit: 5,
  },
  {
    sources: /^packages\/nn\/src\/optim\/(adam|adam-update|rmsprop|sgd)\.ts$/,
    functions: /^function (plainUpdate|rmspropUpdate|descend|descendWithMomentum)\(/,
    lines: /kept: |const (correction|stepSize|rule) =/,
    tests: ['test/cross-check/pytorch-optimizers.test.ts', 'test/nn/optimizer-small-betas.test.ts'],
    limit: 10,
  },
];

/** Broken forms that compute the same: the end of the file's name, the broken line, and why no test can tell. */
export const equivalent = [
  {
    file: 'ops/mse-loss.ts',
    line: 'const difference = sub(t, p);',
    because: 'the difference is squared',
  },
  {
    file: 'kernels/src/cross-entropy.ts',
    line: 'grad?.fill(0, 0, N);',
    because: 'both callers bring a buffer of zeros',
  },
  ...['gru', 'lstm'].map((cell) => ({
    file: `${cell}/src/tape.ts`,
    line: 'grad_h.data.fill(0, 0, B);',
    because: 'new blocks of the reference kernels are zeros',
  })),
  {
    file: 'arrays/src/norm.ts',
    line: 'for (const data of flat) squares -= sumOfSquares(data);',
    because: 'what is not above 0 is summed again with a scale',
  },
  {
    file: 'optim/rmsprop.ts',
    line: 'const mean = 1 + alpha < 0.5 ? means[i] + (1 - alpha) * (g - means[i]) : g - (g - means[i]) * alpha;',
    because: 'both ways of interpolating are the same but for rounding',
  },
];
