/** What a page loads: the size of three small programs, and what a program that trains does not carry. */
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

// What was reached, and one in a hundred.
const LIMITS = {
  'LSTM inference by function': 15_000,
  'LSTM inference by layer, step by step': 21_800,
  'LSTM training': 29_200,
};

for (const [title, limit] of Object.entries(LIMITS)) {
  test(`the program '${title}' has at most ${limit} bytes, minified and compressed`, async () => {
    const { gzipped } = await bundle(programOf(title));
    assert.ok(gzipped <= limit, `${gzipped} bytes`);
    assert.ok(gzipped > limit / 1.05, `${gzipped} bytes: the limit can be lowered`);
  });
}

/** Of second derivatives, and of arrays of all shapes. */
const SPARED =
  /autograd\/src\/(grad|scan|ops\/(concat|slice|stack|softmax|where|activations|matmul|arithmetic|broadcast|cross-entropy-slope))\.ts|arrays\/src\/(binary|concat|slice|softmax|where|reduce|broadcast)\.ts/;

test('a program that trains carries nothing for second derivatives, nor for shapes that it does not use', async () => {
  const training = programOf('LSTM training');
  const spared = ({ files }: { files: string[] }): string[] => files.filter((file) => SPARED.test(file));
  assert.equal(spared(await bundle(training)), []);
  // One that asks for a gradient of a gradient does: this test can fail.
  const twice = `${training}\nexport { grad } from '@retrograd/autograd';`;
  assert.ok(spared(await bundle(twice)).length > 10);
});

test.run();
