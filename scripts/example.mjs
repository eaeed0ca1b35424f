/**
 * Builds one numbered example and runs it: `npm run example -- 01 [--short]`. Without a number it lists them.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bundlePrograms, listExamples, root } from '../esbuild.config.mjs';

const [number, ...args] = process.argv.slice(2);
const numbered = listExamples().filter((path) => /^examples\/\d\d-/.test(path));
const example = numbered.find((path) => path.startsWith(`examples/${number}-`));
if (example === undefined) {
  console.error(`usage: npm run example -- NN [--short], where NN is one of\n${numbered.join('\n')}`);
  process.exitCode = 2;
} else {
  await bundlePrograms([example], 'build');
  const program = join(root, 'build', example.replace(/\.ts$/, '.js'));
  process.exitCode = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' }).status ?? 1;
}
