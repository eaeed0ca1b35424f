/** How the texts for people are written: the length of a page, and the words that they do without. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listRepository, readText } from '../support/repository-files.js';

const files = listRepository().filter((path) =>
  /^(README|CONTRIBUTING|docs\/.*|packages\/[^/]+\/(README|NOTES)|bench\/README)\.md$/.test(path),
);

/** Each with what to write in its place. */
const DIALECT: [RegExp, string][] = [
  [/\bbehind\b/i, 'after'],
  [/\bhas not\b|\bhave not\b/i, 'does not have'],
  [/(?<!there )\b(is|are) none\b/i, 'is not a …'],
  [/\bsomebody\b|\bnobody\b|\bwhoever\b/i, 'the caller, no caller, the pass'],
  [/\banswers? with\b/i, 'returns'],
  [/\bwithout a word from you\b/i, 'by default'],
];

/** What is wrong with the words of a text, as `file:line: what`. */
const findDialect = (file: string, text: string): string[] =>
  text
    .split('\n')
    .flatMap((line, i) =>
      DIALECT.filter(([pattern]) => pattern.test(line)).map(
        ([pattern, plain]) => `${file}:${i + 1}: ${line.match(pattern)?.[0]} (write: ${plain})`,
      ),
    );

test('no text is written in the dialect', () => {
  assert.ok(files.length > 10);
  assert.equal(
    files.flatMap((file) => findDialect(file, readText(file))),
    [],
  );
});

test('the dialect is found out', () => {
  const lines = [
    'One stands behind the other.',
    'It has not its shape.',
    'Nobody answers with it.',
    'Plain.',
  ];
  assert.equal(
    findDialect('x.md', lines.join('\n')).map((complaint) => complaint.replace(/ \(.*/, '')),
    ['x.md:1: behind', 'x.md:2: has not', 'x.md:3: Nobody', 'x.md:3: answers with'],
  );
});

test('the README has at most 150 lines, a page of the docs at most 250', () => {
  const long = files.filter((file) => {
    const lines = readText(file).trimEnd().split('\n').length;
    return lines > (file === 'README.md' ? 150 : 250);
  });
  assert.equal(long, []);
});

test.run();
