/**
 * Streaming: a GRU reads an endless source with `step`, one vector at a time. The state is carried, there is
 * no graph, and nothing grows, so that it can run for ever. The answers are those of `forward` on the same
 * vectors as one sequence. Prints:
 *
 *     1000 steps one at a time and as one sequence: largest difference 0.0e+0
 *     51000 steps in all, 11 microseconds each (the median)
 */
import { arrays, GRU, type NdArray, Random, randomNormal, stack } from 'retrograd';
import { pick } from './support.js';

/** A source without end: batches of one vector, (1, 8). */
function* sensor(seed: number): Generator<NdArray> {
  const rng = new Random(seed);
  for (;;) yield randomNormal([1, 8], { rng });
}

const gru = new GRU(8, 32, { seed: 1 });
const compared = 1000;
const steps = compared + pick(50_000, 5_000);

const seen: NdArray[] = [];
const answers: NdArray[] = [];
const times: number[] = [];
let state = gru.zeroState(1);
for (const x_t of sensor(2)) {
  const begun = performance.now();
  const [h_t, next] = gru.step(x_t, state);
  times.push(performance.now() - begun);
  state = next;
  if (seen.length < compared) {
    seen.push(x_t);
    answers.push(h_t);
  }
  if (times.length === steps) break;
}

const h_all = gru.forward(stack(seen, 1).value);
const gap = arrays.max(arrays.abs(arrays.sub(h_all, stack(answers, 1).value))).get();
const median = times.sort((a, b) => a - b)[steps / 2] * 1000;
console.log(
  `${compared} steps one at a time and as one sequence: largest difference ${gap.toExponential(1)}`,
);
console.log(`${steps} steps in all, ${median.toFixed(0)} microseconds each (the median)`);
