/** Two builds of ours side by side: `node src/compare-builds.mjs --help`. It runs without the peers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CELLS, caseName, GRAPH, listCases, STREAMS } from './cases.mjs';
import { measureColdStarts } from './extra/cold-builds.mjs';
import { describeMachine } from './machine.mjs';
import { OPS, readList, readNumber } from './options.mjs';
import { formatTable, formatTime } from './report/format.mjs';
import { runCase } from './run-case.mjs';
import { median } from './statistics.mjs';
import { nodeCommand } from './systems.mjs';

const VARIANTS = ['wasm-1', 'wasm-2', 'blas-2'];
const EXTRAS = ['graph', 'cold'];
const CLOCKS = ['time', 'cpu'];

/** What the new build may take of the old one's time: the cases, and the composed LSTM over 1000 steps. */
const LIMIT = 1.05;
const GRAPH_LIMIT = 1.1;
/** Milliseconds by which a cold start may grow. */
const COLD_LIMIT = 5;

const USAGE = `usage: node src/compare-builds.mjs OLD NEW [options]
OLD and NEW are checkouts in which npm run build was run, or files as RETROGRAD_LIBRARY names them.
  --cells lstm,gru,rnn           (all)
  --ops train,forward,step       (all)
  --sizes S,M,L                  (all)
  --variants wasm-1,wasm-2,blas-2,plain,...   kernels and threads (the first three)
  --extras graph,cold            a composed LSTM over 1000 steps, cold start; or none (all)
  --runs N                       paired runs of a case, of which the median ratio counts (3)
  --rounds N                     turns of each build in a run (7)
  --turn MS                      least time of one turn (150)
  --clock time|cpu               cpu: processor time of the cases, which a busy machine changes less (time)
  --help`;

function parseOptions(args) {
  const text = { type: 'string' };
  const names = ['cells', 'ops', 'sizes', 'variants', 'extras', 'runs', 'rounds', 'turn', 'clock'];
  const options = { ...Object.fromEntries(names.map((name) => [name, text])), help: { type: 'boolean' } };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) return null;
  if (positionals.length !== 2) throw new Error('two builds are needed, the old one and the new one');
  return {
    builds: { old: resolve(positionals[0]), new: resolve(positionals[1]) },
    cells: readList(values, 'cells', CELLS),
    ops: readList(values, 'ops', OPS),
    sizes: readList(values, 'sizes', Object.keys(STREAMS)),
    variants: values.variants?.split(',').filter(Boolean) ?? VARIANTS,
    extras: values.extras === 'none' ? [] : readList(values, 'extras', EXTRAS),
    runs: Math.ceil(readNumber(values, 'runs', 3)),
    rounds: Math.ceil(readNumber(values, 'rounds', 7)),
    turn: readNumber(values, 'turn', 150),
    clock: values.clock === undefined ? 'time' : readList(values, 'clock', CLOCKS)[0],
    budget: 120_000,
  };
}

/** Paired runs of one case. In a run the two processes take turns, and its ratio is that of their medians. */
async function compareCase(shape, variant, options) {
  const contestants = Object.entries(options.builds).map(([id, build]) => ({
    id,
    command: { ...nodeCommand('retrograd', variant), env: { RETROGRAD_LIBRARY: build } },
  }));
  const pairs = [];
  for (let run = 0; run < options.runs; run++) {
    const results = await runCase(shape, contestants, options);
    const skipped = results.find((result) => result.times === undefined);
    if (skipped !== undefined) return { failed: `${skipped.id}: ${skipped.skipped}` };
    pairs.push(results.map(({ times }) => (options.clock === 'cpu' ? times.cpu : times.median)));
  }
  return { pairs, limit: shape.op === 'graph' ? GRAPH_LIMIT : LIMIT };
}

/** A row of the table: the median times, the ratio of each pair and the median of those. */
function rowOf(name, { pairs, limit, failed }) {
  if (failed !== undefined) return [name, failed, '', '', '', ''];
  const ratios = pairs.map(([before, after]) => after / before);
  const ratio = median(ratios);
  return [
    name,
    ...[0, 1].map((build) => formatTime(median(pairs.map((pair) => pair[build])))),
    ratios.map((each) => each.toFixed(3)).join(' '),
    ratio.toFixed(3),
    ratio > limit ? `over ${limit}` : '',
  ];
}

async function* compare(options) {
  for (const variant of options.variants) {
    for (const shape of listCases(options)) {
      yield rowOf(`${caseName(shape)}, ${variant}`, await compareCase(shape, variant, options));
    }
  }
  if (options.extras.includes('graph')) {
    yield rowOf('composed lstm, T=1000, wasm-1', await compareCase(GRAPH, 'wasm-1', options));
  }
  if (options.extras.includes('cold')) {
    const pairs = await measureColdStarts(options);
    const growth = median(pairs.map(([before, after]) => after - before));
    const row = rowOf('cold start, lstm train S', { pairs, limit: Number.POSITIVE_INFINITY });
    row[5] = `${growth.toFixed(1)} ms more${growth > COLD_LIMIT ? `, over ${COLD_LIMIT}` : ''}`;
    yield row;
  }
}

async function main(options) {
  // The old build is also what the results of both are checked against (reference.mjs).
  process.env.RETROGRAD_LIBRARY = options.builds.old;
  const folder = mkdtempSync(join(tmpdir(), 'retrograd-builds-'));
  const rows = [];
  try {
    for await (const row of compare({ ...options, folder })) {
      rows.push(row);
      console.log(row.filter(Boolean).join('  '));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const { cpu, cores, node } = describeMachine();
  const unit = options.clock === 'cpu' ? 'processor time' : 'time';
  console.log(
    `\n${cpu}, ${cores} cores, Node ${node}; ${unit}, ${options.runs} runs of ${options.rounds} rounds\n`,
  );
  console.log(formatTable(['case', 'old', 'new', 'new / old, each run', 'median', ''], rows));
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(`compare-builds: ${error.message}`);
  process.exitCode = 1;
}
