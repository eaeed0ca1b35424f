/**
 * What a step costs on 1 to 64 machines: `node cost-model.mjs <what measure-all.mjs printed>`. Prints tables in Markdown.
 *
 *     step(P) = C / P + (1 - o) L(P) + m          for P > 1
 *     L(P)    = 2 (P - 1) / P · bytes / rate + 2 ⌈log2 P⌉ · latency · buckets
 *
 * C is the step of one process, measured, and m what packing and unpacking the gradients costs, measured here; o is the part of the
 * communication that is hidden after the backward pass of upper layers, measured at 1 Gbit/s; latency is that of the smallest
 * all-reduce; rate is the part of the cable's that the largest all-reduce of two processes had.
 */
import { readFileSync } from 'node:fs';

const { reduce, steps } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const MACHINES = [1, 2, 4, 8, 16, 32, 64];
const CABLES = { '1 Gbit/s': '1gbit', '10 Gbit/s': '10gbit' };

const { waitAfter, waitDuring } = steps['LSTM 4 x 512 over 1gbit'];
const hidden = Math.max(0, 1 - waitDuring / waitAfter);

/** Milliseconds to write so many numbers times a weight, as packing and unpacking do. */
function copying(count) {
  const [from, to] = [new Float32Array(count).fill(1), new Float32Array(count)];
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 12; round++) {
    const began = performance.now();
    for (let i = 0; i < count; i++) to[i] = from[i] * 3;
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

for (const name of Object.keys(steps).filter((each) => 'one' in steps[each])) {
  const { one, parameters } = steps[name];
  const bytes = 4 * parameters;
  const buckets = Math.ceil(bytes / 2 ** 20);
  const own = 2 * copying(parameters);
  console.log(
    `**${name}** (${(bytes / 1e6).toFixed(1)} MB of gradients, ${one.toFixed(0)} ms in one process)\n`,
  );
  console.log(`| machines | ${MACHINES.join(' | ')} |`);
  console.log(`| --- |${' ---: |'.repeat(MACHINES.length)}`);
  for (const [label, key] of Object.entries(CABLES)) {
    const largest = reduce[key].at(-1);
    const rate = largest.bytes / largest.milliseconds;
    const latency = reduce[key][0].milliseconds;
    const share = name.startsWith('LSTM 4') ? hidden : 0;
    /** Milliseconds of a step in which each machine has so much of the work of one. */
    const stepOn = (P, work) => {
      if (P === 1) return one;
      const sent = ((2 * (P - 1)) / P) * (bytes / rate) + 2 * Math.ceil(Math.log2(P)) * latency * buckets;
      return one * work + (1 - share) * sent + own;
    };
    const same = MACHINES.map((P) => `${stepOn(P, 1 / P).toFixed(0)} ms`);
    const grown = MACHINES.map((P) => `${((P * one) / stepOn(P, 1)).toFixed(1)}×`);
    console.log(`| ${label}, the same batch: a step | ${same.join(' | ')} |`);
    console.log(`| ${label}, the batch grows with P: samples a second | ${grown.join(' | ')} |`);
  }
  console.log('');
}
