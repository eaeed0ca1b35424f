/** What a page loads: the size of some programs, and what a program that trains does not carry. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** Bundles a program with the library's sources, as the benchmark does with what is published. */
async function bundle(contents: string): Promise<{ gzipped: number; files: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*'],
    tsconfig: 'tsconfig.json',
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return {
    gzipped: gzipSync(outputFiles[0].contents, { level: 9 }).length,
    files: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path),
  };
}

const list = pathToFileURL(join(process.cwd(), 'bench/src/extra/bundle-programs.mjs')).href;
const { PROGRAMS } = (await import(list)) as { PROGRAMS: { title: string; source: string }[] };
const programOf = (title: string): string => {
  const program = PROGRAMS.find((each) => each.title === `Retrograd, ${title}`);
  assert.ok(program !== undefined, title);
  return program.source;
};

const EVERYTHING = "export * from 'retrograd';";

const LIMITS: [title: string, source: string, limit: number][] = [
  ['LSTM inference by function', programOf('LSTM inference by function'), 20_000],
  ['LSTM streaming', programOf('LSTM inference by layer, step by step'), 29_000],
  ['LSTM training', programOf('LSTM training'), 45_000],
  ['everything', EVERYTHING, 80_000],
];

for (const [title, source, limit] of LIMITS) {
  test(`${title} takes at most ${limit} bytes, minified and compressed`, async () => {
    const { gzipped } = await bundle(source);
    assert.ok(gzipped <= limit, `${gzipped} bytes`);
  });
}

const THREADS = /kernels\/src\/wasm\/threads\/(pool|scheduler|start-worker|bundled)/;

test('a program that trains one layer carries no threads, no other layer and no other optimizer', async () => {
  const training = programOf('LSTM training');
  const needless = ({ files }: { files: string[] }): string[] =>
    files.filter((file) => THREADS.test(file) || /packages\/(rnn|gru)\/|\/(sgd|rmsprop)\.ts$/.test(file));
  assert.equal(needless(await bundle(training)), []);
  // A program that asks for all of these carries them: this test can fail.
  const more = [
    "export { setThreads } from '@retrograd/kernels';",
    "export { GRU } from '@retrograd/gru';",
    "export { SGD } from '@retrograd/nn';",
  ];
  assert.ok(needless(await bundle([training, ...more].join('\n'))).length > 10);
});

test.run();
