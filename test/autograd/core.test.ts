/** The graph core is small enough to be read at once, and knows no op. */

import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const SOURCES = 'packages/autograd/src';
const CORE = ['backward', 'call', 'grad', 'lift', 'recording', 'tensor'].map((name) => `${name}.ts`);
/** What the core rests on besides: what ops take, and what is needed for second derivatives only. */
const BESIDE = ['as-tensor.ts', 'double-backward.ts'];
const textOf = (file: string): string => readFileSync(`${SOURCES}/${file}`, 'utf8');

/** Lines that are neither blank nor comment. */
function codeLines(text: string): number {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  return code.split('\n').filter((line) => line.trim() !== '').length;
}

test('code lines are counted without comments and blank lines', () => {
  assert.is(codeLines('/** a\n * b\n */\nconst x = 1; // c\n\n  // d\n/* e */\nf(x);\n'), 2);
});

test('the graph core has at most 350 code lines', () => {
  const lines = CORE.map((file) => codeLines(textOf(file)));
  const total = lines.reduce((a, b) => a + b, 0);
  assert.ok(total <= 350, `${total} lines: ${CORE.map((file, i) => `${file} ${lines[i]}`)}`);
  assert.ok(total > 200, `${total} lines: the count misses something`);
});

test('the graph core imports no op, only its own files and what it rests on', () => {
  const allowed = [...CORE, ...BESIDE];
  for (const file of allowed) {
    const imports = [...textOf(file).matchAll(/from '\.\/(.*?)\.js'/g)].map(([, name]) => `${name}.ts`);
    assert.equal(
      imports.filter((name) => !allowed.includes(name)),
      [],
      file,
    );
  }
});

test('the graph core names no op', () => {
  const ops = readdirSync(`${SOURCES}/ops`).map((file) => file.slice(0, -'.ts'.length));
  assert.ok(ops.length > 20);
  for (const file of [...CORE, ...BESIDE]) {
    const code = textOf(file).replaceAll(/\/\*[\s\S]*?\*\//g, '');
    for (const op of [...ops, 'add', 'mul', 'sigmoid', 'tanh']) {
      assert.not.match(code, new RegExp(`'${op}'`), `${file} and ${op}`);
    }
  }
});

test.run();
