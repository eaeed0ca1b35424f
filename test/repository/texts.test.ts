import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listRepository, readText } from '../support/repository-files.js';

const files = listRepository().filter((path) => !/\.(png|jpg|gif|bin|safetensors|wasm|tgz)$/.test(path));
const tests = files.filter((path) => /^test\/.*\.test\.ts$/.test(path));

/** Every line of the given files that the pattern matches, as path:line. */
const findLines = (paths: string[], pattern: RegExp) =>
  paths.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );

test('every test file ends by running its tests', () => {
  assert.ok(tests.length > 0);
  const silent = tests.filter((path) => !readText(path).trimEnd().endsWith('\ntest.run();'));
  assert.equal(silent, []);
});

test('no test is left out or singled out', () => {
  assert.equal(findLines(tests, /^\s*test\.(skip|only)\(/), []);
});

test('nothing is left for later', () => {
  const marker = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`);
  assert.equal(findLines(files, marker), []);
});

test('no library source compiles a string, which strict pages forbid; what loads a native library runs in Node alone', () => {
  const library = files.filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path));
  const found = findLines(library, /\bnew Function\(|(^|[^.\w])eval\((?!\))/);
  assert.is(found.length, 1, found.join('\n'));
  assert.match(found[0], /^packages\/kernels\/src\/wasm\/threads\/worker/);
});

test('no layer carries the name of a sibling in its identifiers', () => {
  const siblings: [string, RegExp][] = [
    ['rnn', /\b(lstm|gru|LSTM|GRU)[A-Z]\w*/],
    ['lstm', /\b(rnn|gru|GRU)[A-Z]\w*|\bVanillaRNN\b/],
    ['gru', /\b(rnn|lstm|LSTM)[A-Z]\w*|\bVanillaRNN\b/],
  ];
  for (const [name, pattern] of siblings) {
    assert.equal(
      findLines(
        files.filter((path) => path.startsWith(`packages/${name}/src/`)),
        pattern,
      ),
      [],
    );
  }
});

test('no library file is longer than 300 lines', () => {
  const long = files.filter(
    (path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && readText(path).split('\n').length > 300,
  );
  assert.equal(long, []);
});

test.run();
