/** What a bundle contains that takes one thing of nn: not the layers, unless the thing is made of them. */
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** The source files that reach a bundle which exports these names, as `lstm/layer.ts`. */
async function filesFor(names: string, from: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: `export { ${names} } from '${from}'`, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    packages: 'external',
    tsconfig: 'tsconfig.json',
  });
  const files: string[] = [];
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const file = path.match(/^packages\/(\w+)\/src\/(.*)$/);
      if (file !== null && bytesInOutput > 0) files.push(`${file[1]}/${file[2]}`);
    }
  }
  return files;
}

const LAYERS = /^(rnn|lstm|gru)\//;

for (const from of ['@retrograd/nn', 'retrograd']) {
  test(`optimizers, the loop and safetensors, taken from ${from}, come without any layer`, async () => {
    for (const names of [
      'Adam, SGD, RMSprop, AdamW',
      'fit, evaluate, textBatches',
      'encodeSafetensors, decodeSafetensors',
      'Linear, Module',
    ]) {
      const files = await filesFor(names, from);
      assert.ok(
        files.some((file) => file.startsWith('nn/')),
        names,
      );
      assert.equal(
        files.filter((file) => LAYERS.test(file)),
        [],
        names,
      );
    }
  });

  test(`the optimizers, taken from ${from}, come without safetensors, loop and operations`, async () => {
    const files = await filesFor('Adam', from);
    assert.equal(
      files.filter((file) => /safetensors|train\/|ops\/|recurrent/.test(file)),
      [],
    );
  });

  test(`RecurrentModel, taken from ${from}, comes with the layers: this test can fail`, async () => {
    const files = await filesFor('RecurrentModel', from);
    for (const layer of ['rnn', 'lstm', 'gru'])
      assert.ok(
        files.some((file) => file.startsWith(`${layer}/`)),
        layer,
      );
  });
}

test.run();
