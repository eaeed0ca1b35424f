/**
 * Scaling on this machine and over a simulated network: `node bench/src/many-machines/measure-all.mjs
 * [rounds]`, from the root of the repository, as root (for network namespaces) and with Open MPI. Prints one
 * JSON text, which cost-model.mjs reads.
 *
 * One process and two take turns, so that whatever else the machine does meets both; the ratio is that of the
 * pairs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePrograms } from '../../../esbuild.config.mjs';

const rounds = Number(process.argv[2] ?? 5);
await bundlePrograms(['bench/src/many-machines/measure.ts'], 'build/many-machines');
const program = 'build/many-machines/bench/src/many-machines/measure.js';
const folder = mkdtempSync(join(tmpdir(), 'many-machines-'));

const text = { inputSize: 64, dtype: 'float32' };
const jobs = {
  'GRU 256, batch 48 x 32': {
    ...text,
    cell: 'gru',
    hiddenSize: 256,
    embeddingSize: 32,
    batchSize: 48,
    seqLength: 32,
    steps: 15,
  },
  'LSTM 4 x 512, batch 64 x 16': {
    ...text,
    cell: 'lstm',
    layers: 4,
    hiddenSize: 512,
    embeddingSize: 64,
    batchSize: 64,
    seqLength: 16,
    steps: 7,
  },
};

const median = (list) => list.slice().sort((a, b) => a - b)[list.length >> 1];
const root = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };

/** Lines of JSON that a run prints. */
function run(processes, args, { before = [], options = [], env = {} } = {}) {
  const [command, ...rest] = [...before, 'mpirun', '-n', String(processes), '--bind-to', 'none', ...options];
  const { status, stdout, stderr } = spawnSync(command, [...rest, process.execPath, program, ...args], {
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, ...root, RETROGRAD_KERNELS: 'wasm', ...env },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const step = (processes, job, overlap, network) =>
  run(processes, ['step', JSON.stringify({ ...job, overlap })], network)[0];

/** Two machines with a cable of so many bits a second. */
function network(rate) {
  const [a, b] = ['bench-a', 'bench-b'];
  const ip = (...args) => execFileSync('ip', args);
  for (const name of [a, b]) spawnSync('ip', ['netns', 'delete', name]);
  for (const name of [a, b]) ip('netns', 'add', name);
  ip('link', 'add', 'rgbencha', 'netns', a, 'type', 'veth', 'peer', 'name', 'rgbenchb', 'netns', b);
  for (const [i, name, device] of [
    [1, a, 'rgbencha'],
    [2, b, 'rgbenchb'],
  ]) {
    ip('-n', name, 'addr', 'add', `10.78.0.${i}/24`, 'dev', device);
    for (const each of ['lo', device]) ip('-n', name, 'link', 'set', each, 'up');
    execFileSync('tc', [
      '-n',
      name,
      'qdisc',
      'add',
      'dev',
      device,
      'root',
      'tbf',
      'rate',
      rate,
      'burst',
      '256kb',
      'latency',
      '50ms',
    ]);
  }
  const agent = join(folder, 'agent.sh');
  const pick = `case $1 in 10.78.0.1) name=${a};; *) name=${b};; esac`;
  const script = [
    '#!/bin/sh',
    'while expr "$1" : - >/dev/null; do shift; done',
    pick,
    'shift',
    'exec ip netns exec $name sh -c "$*"',
  ];
  writeFileSync(agent, `${script.join('\n')}\n`, { mode: 0o755 });
  const own = '10.78.0.0/24';
  return {
    before: ['ip', 'netns', 'exec', a],
    options: ['-H', '10.78.0.1:1,10.78.0.2:1'],
    env: {
      OMPI_MCA_plm_rsh_agent: agent,
      OMPI_MCA_plm_rsh_no_tree_spawn: '1',
      OMPI_MCA_oob_tcp_if_include: own,
      OMPI_MCA_btl: 'tcp,self',
      OMPI_MCA_btl_tcp_if_include: own,
    },
    remove: () => [a, b].forEach((name) => spawnSync('ip', ['netns', 'delete', name])),
  };
}

const loads = [loadavg()[0]];
const report = { reduce: { 'shared memory': run(2, ['reduce']) }, steps: {} };
for (const [name, job] of Object.entries(jobs)) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    pairs.push([step(1, job, true), step(2, job, true)]);
    loads.push(loadavg()[0]);
  }
  report.steps[name] = {
    parameters: pairs[0][0].parameters,
    one: median(pairs.map(([one]) => one.step)),
    two: median(pairs.map(([, two]) => two.step)),
    ratio: median(pairs.map(([one, two]) => two.step / one.step)),
    best: Math.min(...pairs.map(([one, two]) => two.step / one.step)),
    wait: median(pairs.map(([, two]) => two.wait)),
  };
}
for (const rate of ['1gbit', '10gbit']) {
  const cable = network(rate);
  try {
    report.reduce[rate] = run(2, ['reduce'], cable);
    const job = jobs['LSTM 4 x 512, batch 64 x 16'];
    const pairs = [];
    for (let round = 0; round < rounds; round++)
      pairs.push([step(2, job, false, cable), step(2, job, true, cable)]);
    report.steps[`LSTM 4 x 512 over ${rate}`] = {
      after: median(pairs.map(([after]) => after.step)),
      during: median(pairs.map(([, during]) => during.step)),
      waitAfter: median(pairs.map(([after]) => after.wait)),
      waitDuring: median(pairs.map(([, during]) => during.wait)),
      ratio: median(pairs.map(([after, during]) => during.step / after.step)),
    };
  } finally {
    cable.remove();
  }
}
rmSync(folder, { recursive: true });
report.load = { from: Math.min(...loads), to: Math.max(...loads) };
console.log(JSON.stringify(report, null, 2));
