import * as assert from 'uvu/assert';

/** What an example must print in its short setting; `header` is what its header predicts for the full one. */
type Expectation = (output: string, header: string) => void;

/** The numbers in what the pattern's groups find, in every place where it does. */
function numbers(output: string, pattern: RegExp): number[] {
  const found = [...output.matchAll(new RegExp(pattern, 'g'))].flatMap((match) => match.slice(1).map(Number));
  assert.ok(found.length > 0 && found.every((number) => !Number.isNaN(number)), `${pattern} in:\n${output}`);
  return found;
}

const NUMBER = String.raw`(-?\d[\d.]*(?:e[+-]\d+)?)`;
const after = (text: string): RegExp => new RegExp(text + NUMBER);

function between(value: number, low: number, high: number, what: string): void {
  assert.ok(value >= low && value <= high, `${what} is ${value}, expected from ${low} to ${high}`);
}

const same = (output: string, header: string): void => {
  for (const line of header.split('\n')) assert.ok(output.includes(line), `«${line}» in:\n${output}`);
};

export const expectations: Record<string, Expectation> = {
  '01-gradients-two-ways': (output) => {
    assert.equal(numbers(output, /(\d+) gradients/), [74, 170, 138, 382]);
    for (const gap of numbers(output, after('by graph: at most '))) between(gap, 0, 1e-13, 'hand - graph');
    between(numbers(output, after('off by at most '))[0], 0, 1e-7, 'graph - differences');
  },

  '02-adding-problem': (output) => {
    const [chance, rnn, lstm, gru] = numbers(output, after('test MSE '));
    assert.is(chance, 0.6667);
    between(rnn, 0.1, 0.8, 'MSE of the RNN');
    between(lstm, 0, 0.2, 'MSE of the LSTM');
    between(gru, 0, 0.2, 'MSE of the GRU');
  },

  '03-embedded-reber': (output) => {
    between(numbers(output, /success after (\d+) strings/)[0], 500, 6000, 'strings');
    assert.match(output, /^1 of 1 seeds/m);
  },

  '04-custom-cell': (output) => {
    assert.equal(numbers(output, /checked (\d+) gradients/), [308]);
    between(numbers(output, after('off by at most '))[0], 0, 1e-7, 'graph - differences');
    between(numbers(output, /(\d+) of 2560 wrong/)[0], 0, 100, 'wrong answers');
  },

  '05-mackey-glass': (output) => {
    const [gru1, gru84] = numbers(output, after('GRU '));
    const [held1, held84] = numbers(output, after('held '));
    between(gru1, 0, held1 / 2, 'NRMSE 1 step ahead');
    between(gru84, 0, held84 / 2, 'NRMSE 84 steps ahead');
    // The series itself, by formula: known to all its digits.
    between(held84, 1, 2.5, 'NRMSE of the last value');
  },

  '06-vanishing-gradients': (output, header) => {
    same(output, header);
    assert.match(output, /log10 of \|dL\/dh_t\|/);
  },

  '07-streaming': (output) => {
    between(numbers(output, after('largest difference '))[0], 0, 1e-13, 'step - sequence');
    between(numbers(output, /(\d+) microseconds/)[0], 0, 2000, 'microseconds');
  },

  '08-second-derivatives': (output) => {
    between(numbers(output, after('off by at most '))[0], 0, 1e-7, 'H v - differences');
    between(numbers(output, after(String.raw`v\.\(H u\) = `))[0], -1e-12, 1e-12, 'asymmetry');
    assert.match(output, /largest eigenvalue 0\.2365/);
  },

  '09-save-load-resume': (output, header) => {
    same(output, header);
    const [first, second] = numbers(output, after('loss '));
    assert.is(first, second);
  },

  '10-draw-the-graph': (output, header) => {
    assert.ok(output.endsWith(`\n\n${header}\n`), output);
    assert.match(output.slice(0, -header.length), /sigmoid \[2, 4\]/);
  },

  '11-character-model': (output) => {
    assert.match(output, /^2000 lines, 21 characters, 60309 parameters\nthe best possible loss is 0\.267$/m);
    const onTraining = numbers(output, after('training '));
    const onValidation = numbers(output, after('validation '));
    assert.is(onTraining.length, 10);
    between(onTraining[0], 1.5, Math.log(21), 'training loss at first');
    // What is not in the text cannot be predicted better than the distribution allows.
    between(onValidation[9], 0.267, 0.4, 'validation loss at last');
    const [lines, right, unseen] = numbers(output, /of (\d+) lines (\d+) are numbers, (\d+) of them/);
    between(right, lines / 3, lines, 'lines that are numbers');
    between(unseen, right / 2, right, 'numbers that are not in the text');
    assert.match(output, /^loaded from a file of \d+ kB, it writes the same$/m);
  },
};
