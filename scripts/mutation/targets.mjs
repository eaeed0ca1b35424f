/**
 * Where the derivatives are, and which tests must notice when one is broken: `sources` are files below packages/, `functions`
 * and `lines` mark the derivatives in them, `tests` are tried in this order, and `limit` is the sample of an ordinary run.
 */
const VJP = /\((g|\[g\]|_g, \w+|cotangents?)(: [\w[\] ]+)?\) =>/;

export const targets = [
  {
    sources: /^packages\/rnn\/src\/(cell|tape|sequence)\.ts$/,
    functions: /(Backward|stepByStep)\b.*\(/,
    tests: ['test/cross-check/rnn.test.ts'],
    limit: 20,
  },
  { sources: /^packages\/autograd\/src\/ops\//, lines: VJP, tests: ['test/autograd/ops.test.ts'], limit: 40 },
];

/** Broken forms that compute the same: the file, the broken line, and why no test can tell. */
export const equivalent = [];
