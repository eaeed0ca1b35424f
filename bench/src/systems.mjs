/** The systems. A system may have variants (threads), of which the table shows the best. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const TIMED = ['train', 'forward', 'step'];
const INFERENCE = ['forward', 'step'];

/** `ops` and `cells` are what a system has at all; `packages` is what to install for it. */
export const SYSTEMS = [
  {
    name: 'plain',
    title: 'Retrograd, plain TypeScript',
    file: 'retrograd',
    variants: ['plain'],
    ops: [...TIMED, 'graph'],
  },
  {
    name: 'wasm-1',
    title: 'Retrograd, WebAssembly, 1 thread',
    file: 'retrograd',
    variants: ['wasm-1'],
    ops: [...TIMED, 'graph'],
  },
  {
    name: 'wasm-2',
    title: 'Retrograd, WebAssembly, 2 threads',
    file: 'retrograd',
    variants: ['wasm-2'],
    ops: TIMED,
  },
  {
    name: 'blas',
    title: 'Retrograd, system BLAS',
    file: 'retrograd',
    variants: ['blas-1', 'blas-2', 'openblas-1', 'openblas-2'],
    ops: TIMED,
  },
  { name: 'torch', title: 'PyTorch', variants: ['1', '2'], ops: [...TIMED, 'graph'] },
  {
    name: 'ort-node',
    title: 'onnxruntime-node',
    file: 'onnxruntime-node',
    variants: ['1', '2'],
    ops: INFERENCE,
    packages: ['onnxruntime-node'],
  },
  {
    name: 'ort-web',
    title: 'onnxruntime-web',
    file: 'onnxruntime-web',
    variants: ['1', '2'],
    ops: INFERENCE,
    packages: ['onnxruntime-web'],
  },
  {
    name: 'tfjs',
    title: 'tfjs-layers, WebAssembly',
    file: 'tfjs-wasm',
    variants: ['1'],
    ops: TIMED,
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
  },
  {
    name: 'jax-js',
    title: 'jax-js, WebAssembly',
    file: 'jax-js',
    variants: ['1'],
    ops: TIMED,
    packages: ['@jax-js/jax'],
  },
  { name: 'brain', title: 'brain.js', file: 'brain', variants: ['1'], ops: TIMED, packages: ['brain.js'] },
  {
    name: 'recurrent-js',
    title: 'recurrent-js',
    file: 'recurrent-js',
    variants: ['1'],
    ops: TIMED,
    cells: ['lstm', 'rnn'],
    packages: ['recurrent-js'],
  },
];

export const isOurs = ({ file }) => file === 'retrograd';

/**
 * The contestants of a run: one a variant.
 * @param names  of SYSTEMS
 * @param python { file, env } that runs PyTorch, or null
 */
export function listContestants(names, python) {
  return SYSTEMS.filter(({ name }) => names.includes(name)).flatMap((system) =>
    system.variants.map((variant) => ({
      id: system.variants.length === 1 ? system.name : `${system.name}/${variant}`,
      system,
      variant,
      command: commandOf(system, variant, python),
    })),
  );
}

function commandOf({ name, file }, variant, python) {
  if (name === 'torch') return torchCommand(python, variant);
  const command = nodeCommand(file, variant);
  // The same library as PyTorch's, should ours look for one.
  if (name === 'blas' && python?.libraries) command.env = { LD_LIBRARY_PATH: python.libraries };
  return command;
}

/** Serves contestants/<file>.mjs. */
export function nodeCommand(file, variant = '') {
  const args = [join(folder, 'src/serve.mjs'), join(folder, 'contestants', `${file}.mjs`), variant];
  return { file: process.execPath, args };
}

function torchCommand(python, threads) {
  if (python === null) return null;
  return {
    file: python.file,
    args: [join(folder, 'contestants/torch/serve.py'), threads],
    env: { ...python.env, OMP_NUM_THREADS: threads, PYTHONDONTWRITEBYTECODE: '1' },
  };
}

export const torchScript = (name) => join(folder, 'contestants/torch', name);
