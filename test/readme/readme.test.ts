/**
 * The texts for people: every block of code in them is type-checked and run, what its comments say it prints is compared, every
 * command and every link leads somewhere. `ts continued` goes on with the block before.
 */
import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import * as retrograd from 'retrograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readBlocks, readLinks, readTable } from '../support/documents/markdown.js';
import { compareOutput, readClaims } from '../support/documents/output-comments.js';
import { checkPrograms, isProgram, type Program, programsOf } from '../support/documents/programs.js';
import { checkCommand, type Repository } from '../support/documents/shell.js';
import { listRepository, packageNames, readJson, readText } from '../support/repository-files.js';

const files = listRepository().filter((path) =>
  /^(README|CONTRIBUTING|docs\/.*|packages\/[^/]+\/(README|NOTES))\.md$/.test(path),
);

const repository: Repository = {
  scripts: Object.keys(readJson('package.json').scripts),
  options: [...readText('examples/char-model/command.ts').matchAll(/'(?:-\w, )?(--[\w-]+)/g)].map(
    (m) => m[1],
  ),
  tools: readdirSync('node_modules/.bin'),
  exists: existsSync,
};

/** What is wrong with a text besides its programs. */
function checkText(file: string, markdown: string): string[] {
  const wrong: string[] = [];
  for (const block of readBlocks(markdown)) {
    const { language, lines, line } = block;
    if (language === 'sh') {
      lines.forEach((command, i) => {
        const complaint = command.trim() === '' ? null : checkCommand(command, repository);
        if (complaint !== null) wrong.push(`${file}:${line + i}: ${complaint}`);
      });
    } else if (language !== 'text' && !isProgram(block)) {
      wrong.push(`${file}:${line - 1}: a block in '${language}', which this test cannot check`);
    }
  }
  for (const link of readLinks(markdown)) {
    if (!existsSync(posix.join(posix.dirname(file), link)))
      wrong.push(`${file}: no file for the link ${link}`);
  }
  return wrong;
}

test('every text is there', () => {
  const wanted = [
    'README.md',
    'CONTRIBUTING.md',
    ...['guide', 'performance', 'testing', 'design', 'two-derivations', 'custom-cells', 'reading-order'].map(
      (name) => `docs/${name}.md`,
    ),
    ...packageNames.map((name) => `packages/${name}/README.md`),
  ];
  assert.equal(
    wanted.filter((path) => !files.includes(path)),
    [],
  );
});

test('every block is of a known language, every command exists, and every link leads to a file', () => {
  assert.equal(
    files.flatMap((file) => checkText(file, readText(file))),
    [],
  );
});

const program = (file: string, lines: string[], extension: 'ts' | 'js' = 'ts'): Program => ({
  file,
  line: 1,
  extension,
  lines,
});

/** The test itself is tested: each of these programs has one fault, and what must be said of it. */
const imports = "import { array } from 'retrograd';";
const broken: [RegExp, Program][] = [
  [/which is not/, program('broken/claim', [imports, 'console.log(array([1, 2]).shape); // [ 3 ]'])],
  [
    /1: error TS2724/,
    program('broken/name', ["import { lstmForwards } from 'retrograd';", 'lstmForwards();']),
  ],
  [/2: error TS2345/, program('broken/type', [imports, "array('text');"], 'js')],
  [/ShapeError/, program('broken/throw', [imports, 'array([[1], [2, 3]]);'])],
  [/2: console.log without/, program('broken/silent', [imports, 'console.log(array([1]).size);'])],
  [/2: states a value/, program('broken/prose', [imports, 'array([1]).size; // 1'])],
];

const programs = files.flatMap((file) => programsOf(file, readBlocks(readText(file))));
let checking: Promise<string[]> | undefined;

/** What is wrong with all programs, sound and broken, found in one go. */
function complaintsAboutAll(): Promise<string[]> {
  checking ??= checkPrograms([...programs, ...broken.map(([, each]) => each)]);
  return checking;
}

test('every program in the texts is well typed, runs, and prints what its comments say', async () => {
  for (const name of ['README.md', ...packageNames.map((each) => `packages/${each}/README.md`)]) {
    assert.ok(
      programs.some(({ file }) => file === name),
      `${name} shows no program`,
    );
  }
  const wrong = (await complaintsAboutAll()).filter((complaint) => !complaint.startsWith('broken/'));
  assert.is(wrong.length, 0, `\n${wrong.join('\n')}`);
});

test('a program that is wrong is found out', async () => {
  const found = await complaintsAboutAll();
  for (const [pattern, { file }] of broken) {
    assert.match(found.filter((complaint) => complaint.startsWith(`${file}:`)).join('\n'), pattern);
  }
});

test('the guide names a function or class of the library for every name of the spec', () => {
  const rows = readTable(readText('docs/guide.md'), 'From the spec to TypeScript').slice(1);
  const missing = rows
    .map(([, cell]) => cell.match(/^`(?:new )?(\w+)/)?.[1] ?? cell)
    .filter((name) => !Object.hasOwn(retrograd, name));
  assert.equal(missing, []);
  const pythonNames = rows.map(([cell]) => cell.match(/^`(\w+)/)?.[1]);
  assert.equal(pythonNames, [
    ...['rnn_cell_forward', 'rnn_cell_backward', 'rnn_forward', 'rnn_backward', 'VanillaRNN'],
    ...['lstm_cell_forward', 'lstm_cell_backward', 'lstm_forward', 'lstm_backward', 'LSTM'],
    ...['gru_cell_forward', 'gru_cell_backward', 'gru_forward', 'gru_backward', 'GRU'],
    ...['clip_gradients', 'sequence_loss', 'generate_sequence', 'create_sequences'],
  ]);
});

test('the picture in the README has the boxes and arrows that toMermaid draws of an RNN step', () => {
  const shapes = { x_t: [2, 3], h_prev: [2, 4], W_xh: [3, 4], W_hh: [4, 4], b_h: [4] };
  const leaves = Object.values(shapes).map((shape) => retrograd.parameter(retrograd.zeros(shape)));
  const [x_t, h_prev, W_xh, W_hh, b_h] = leaves;
  const step = retrograd.rnnEquations(x_t, h_prev, W_xh, W_hh, b_h);
  const names = Object.keys(shapes).map((name, i) => [leaves[i], name] as const);
  const drawing = retrograd.toMermaid(step, new Map(names));
  const boxes = [...drawing.matchAll(/\["([^"]+)"\]/g)].map(([, label]) => label);
  const svg = readText('docs/rnn-step.svg');
  const drawn = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map(([, label]) => label);
  assert.equal(drawn.sort(), boxes.sort());
  assert.is(svg.match(/^ {2}<path d=/gm)?.length, drawing.match(/-->/g)?.length);
});

test('a text that is wrong is found out', () => {
  const texts: [RegExp, string[]][] = [
    [/'py', which/, ['```py', 'x = 1', '```']],
    [/'', which/, ['```', 'x = 1', '```']],
    [/no script lunch/, ['```sh', 'npm run lunch', '```']],
    [/no option --colour/, ['```sh', 'npm ci && npm start -- --hidden 4 --colour red', '```']],
    [/curl is not known/, ['```sh', 'curl example', '```']],
    [/no examples\/99-none.ts/, ['```sh', 'node build/examples/99-none.js', '```']],
    [/no file for the link docs\/none.md/, ['see [this](docs/none.md#there)']],
  ];
  for (const [pattern, lines] of texts) assert.match(checkText('x.md', lines.join('\n')).join('\n'), pattern);
  assert.throws(() => readBlocks('```ts\nconst x = 1;'), /not closed/);
  assert.throws(() => programsOf('x.md', readBlocks('```ts continued\n```')), /nothing to continue/);
});

test('a continued block is one program with those before it, each line where it stands in the text', () => {
  const markdown = [
    'Words.',
    '```ts',
    'const x = 1;',
    '```',
    '',
    '```js continued',
    'x;',
    '```',
    '```js',
    '```',
  ];
  const [first, second, ...rest] = programsOf('x.md', readBlocks(markdown.join('\n')));
  assert.equal(first.lines, ['', '', 'const x = 1;', '', '', '', 'x;']);
  assert.is(first.extension, 'ts');
  assert.is(second.lines.length, 9);
  assert.equal(rest, []);
});

test('claims stand after console.log and below it, and an ellipsis stands for what varies', () => {
  const { claims, complaints } = readClaims([
    'const a = 1; // prose',
    'console.log(a); // one',
    '// two…',
    '',
    '// prose again',
    'console.log(',
    '  a,',
    '); // three',
  ]);
  assert.equal(claims, ['one', 'two…', 'three']);
  assert.equal(complaints, []);
  const agrees = (output: string, ...lines: string[]) => compareOutput(output, lines) === null;
  assert.ok(agrees('0.6931\n', '0.69…'));
  assert.not(agrees('0.7931\n', '0.69…'));
  assert.ok(agrees('a\nb\nc\nd\n', 'a', '…', 'd'));
  assert.not(agrees('a\nb\nc\n', 'a', '…', 'd'));
  assert.not(agrees('a\nb\n', 'a'));
  assert.not(agrees('', 'a'));
  assert.not(agrees('a.b\n', 'a+b'));
});

test.run();
