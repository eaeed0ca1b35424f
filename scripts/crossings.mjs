/**
 * Counts what one `LSTM.forward(x)` on arrays calls (B = 4, T = 8, I = 3, H = 5): functions, files, and how
 * often control crosses the border of a package, on the way into a function and on the way back. `node
 * scripts/crossings.mjs` prints the calls that cross one.
 *
 * The library is bundled with a counter at every function's entry and exit; the call that is counted is the
 * second one, when everything is loaded.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { common, listFiles, packageNames, root } from '../esbuild.config.mjs';
import { generate } from './generate.mjs';
import { isFunction, parseSources, SyntaxKind, textOf, walk } from './syntax-tree.mjs';

const PROGRAM = `
  import { randomNormal } from '@retrograd/arrays';
  import { LSTM } from '@retrograd/lstm';
  const lstm = new LSTM(3, 5, { seed: 1 });
  const x = randomNormal([4, 8, 3], { seed: 2 });
  lstm.forward(x);
  retrogradTrace.start();
  lstm.forward(x);
  retrogradTrace.stop();`;

/** Follows control from package to package. */
const trace = {
  calls: 0,
  files: new Set(),
  crossings: 0,
  /** The calls that cross a border, in order. */
  crossingCalls: [],
  counting: false,
  stack: ['program'],
  enter(file, name) {
    const [caller, owner] = [this.stack.at(-1), file.split('/')[1]];
    this.stack.push(owner);
    if (!this.counting) return;
    this.calls++;
    this.files.add(file);
    if (caller === owner) return;
    this.crossings++;
    this.crossingCalls.push(`${caller} -> ${owner}: ${name} (${file})`);
  },
  leave() {
    const owner = this.stack.pop();
    if (this.counting && this.stack.at(-1) !== owner) this.crossings++;
  },
  start() {
    this.counting = true;
  },
  stop() {
    this.counting = false;
  },
};

/** Places and texts to put there, so that a function tells when it is entered and left. */
function insertionsFor(node, source, file, name) {
  const enter = `globalThis.retrogradTrace.enter('${file}', '${name}'); try {`;
  const leave = '} finally { globalThis.retrogradTrace.leave(); }';
  const { body } = node;
  if (body.kind === SyntaxKind.Block) {
    const open = body.end - textOf(body, source).length + 1;
    return [
      [open, enter],
      [body.end - 1, leave],
    ];
  }
  const start = body.end - textOf(body, source).length;
  return [
    [start, `{ ${enter} return (`],
    [body.end, `); ${leave} }`],
  ];
}

/** A constructor that calls `super` has to begin with it. */
const callsSuper = (node, source) =>
  node.kind === SyntaxKind.Constructor && /\bsuper\(/.test(textOf(node.body, source));

function instrument(file, tree) {
  const source = readFileSync(join(root, file), 'utf8');
  const insertions = [];
  walk(tree, (node, ancestors) => {
    if (isFunction(node) && !callsSuper(node, source)) {
      const named = [node, ...ancestors.toReversed()].find(({ name }) => name?.text !== undefined);
      insertions.push(...insertionsFor(node, source, file, named?.name.text ?? 'a function'));
    }
  });
  // From the end, so that places stay right; of two at one place the outer one comes first in the text.
  return insertions
    .map(([place, text], order) => ({ place, text, order }))
    .sort((a, b) => b.place - a.place || b.order - a.order)
    .reduce((text, each) => text.slice(0, each.place) + each.text + text.slice(each.place), source);
}

/** How many calls, files and crossings of package borders one forward call makes. */
export async function countCrossings() {
  await generate();
  const files = packageNames.flatMap((name) =>
    listFiles(`packages/${name}/src`, (path) => path.endsWith('.ts')),
  );
  const trees = parseSources(files);
  const outfile = `build/crossings-${process.pid}.mjs`;
  try {
    await build({
      ...common,
      stdin: { contents: PROGRAM, resolveDir: root, loader: 'ts' },
      outfile,
      platform: 'node',
      tsconfig: 'tsconfig.json',
      plugins: [
        {
          name: 'instrument',
          setup: ({ onLoad }) =>
            onLoad({ filter: /[\\/]packages[\\/].*\.ts$/ }, ({ path }) => {
              const file = path.slice(root.length + 1).replaceAll('\\', '/');
              return { contents: instrument(file, trees.get(file)), loader: 'ts' };
            }),
        },
      ],
    });
    globalThis.retrogradTrace = trace;
    await import(join(root, outfile));
  } finally {
    rmSync(join(root, outfile), { force: true });
  }
  const { calls, crossings, crossingCalls } = trace;
  return { calls, files: trace.files.size, crossings, crossingCalls };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { calls, files, crossings, crossingCalls } = await countCrossings();
  console.log(crossingCalls.join('\n'));
  console.log(`${calls} calls in ${files} files, ${crossings} crossings of a package's border`);
}
