/**
 * Compares what RNN, LSTM and GRU compute with what they computed at a commit, to the last bit: `node
 * scripts/compare-bits.mjs [commit]` builds the library of the commit in a scratch folder and calls both
 * through their public functions. Forward, backward, caches, single steps and the graph, in 60 random
 * configurations, on every kernel set, in float32 and float64. Exit code 1 with the first difference.
 */
import { root } from '../esbuild.config.mjs';
import { checkOut, importLibrary } from './bits/build-commit.mjs';
import { CONFIGURATIONS } from './bits/configurations.mjs';
import { LAYERS, resultsOf } from './bits/results.mjs';
import { KERNELS } from './testing/kernel-sets.mjs';

const DTYPES = ['float64', 'float32'];

/** What differs first between two arrays, in words; null when all bits are the same. */
function difference(before, now) {
  if (now === undefined) return 'is missing';
  if (String(before.shape) !== String(now.shape)) return `has shape [${now.shape}], had [${before.shape}]`;
  if (before.data.constructor !== now.data.constructor)
    return `is a ${now.data.constructor.name}, was a ${before.data.constructor.name}`;
  const [a, b] = [flat(before), flat(now)];
  const i = a.findIndex((value, k) => !Object.is(value, b[k]));
  return i < 0 ? null : `entry ${i} is ${b[i]}, was ${a[i]}`;
}

/** All entries in the order of the axes. */
function flat({ shape, stride, offset, data }) {
  let at = [offset];
  shape.forEach((size, axis) => {
    at = at.flatMap((from) => Array.from({ length: size }, (_, i) => from + i * stride[axis]));
  });
  return at.map((place) => data[place]);
}

function compareAll(libraries) {
  let arrays = 0;
  for (const config of CONFIGURATIONS) {
    for (const kernels of KERNELS) {
      for (const lib of libraries) lib.useKernels(kernels);
      for (const dtype of DTYPES) {
        for (const layer of Object.keys(LAYERS)) {
          const [before, now] = libraries.map((lib) => resultsOf(lib, layer, config, dtype));
          const names = new Set([...Object.keys(before), ...Object.keys(now)]);
          for (const name of names) {
            const what = name in before ? difference(before[name], now[name]) : 'is new';
            if (what === null) continue;
            console.log(`${layer} on ${kernels} in ${dtype}: ${name} ${what}\n${JSON.stringify(config)}`);
            return 1;
          }
          arrays += names.size;
        }
      }
    }
  }
  console.log(`${arrays} arrays of ${CONFIGURATIONS.length} configurations have the same bits`);
  return 0;
}

const commit = process.argv[2] ?? 'cae96c3';
console.log(`building ${commit}`);
const libraries = [await importLibrary(checkOut(commit)), await importLibrary(root)];
process.exit(compareAll(libraries));
