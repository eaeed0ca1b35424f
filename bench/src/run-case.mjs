/**
 * One case: every contestant is prepared and checked against ours, then they take turns, round by round, so
 * that a change of the machine's speed meets all of them alike.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Child, OutOfTime } from './child.mjs';
import { compareTensors } from './compare.mjs';
import { makeProblem } from './problem.mjs';
import { Reference } from './reference.mjs';
import { median, summarize } from './statistics.mjs';
import { readTensors, writeTensors } from './tensors-file.mjs';

/** Between two turns, so that threads that spin for more work have gone to sleep. */
const PAUSE = 20;

/**
 * @param shape       a case of cases.mjs
 * @param contestants of systems.mjs
 * @param options     { rounds, turn, budget } and `folder`, for files that pass between processes
 * @param forecast    tells why a contestant should not even begin, or null
 * @returns a list of { id, times?, note?, definition?, version?, skipped? }
 */
export async function runCase(shape, contestants, options, forecast = () => null) {
  const file = join(options.folder, 'problem');
  writeTensors(file, makeProblem(shape));
  const reference = new Reference(shape, file, options.folder);
  const results = [];
  const runners = [];
  try {
    for (const contestant of contestants) {
      const result = { id: contestant.id };
      results.push(result);
      const reason = contestant.command === null ? 'not installed' : forecast(contestant, shape);
      if (reason !== null) result.skipped = reason;
      else await enter(contestant, result, { shape, file, reference, options, runners });
    }
    reference.close();
    await takeTurns(runners, options);
  } finally {
    reference.close();
    for (const { child } of runners) child.kill();
    rmSync(file, { force: true });
  }
  for (const { result, samples, first } of runners) {
    const milliseconds = samples.map((sample) => sample.milliseconds);
    const cpu = samples.map((sample) => sample.cpu);
    if (samples.length > 0) result.times = { ...summarize(milliseconds), cpu: median(cpu) };
    // Too slow for a second call: the first one counts, and the report says so.
    else if (result.skipped === undefined) result.times = { ...summarize([first]), first: true };
  }
  return results;
}

/** Prepares and checks a contestant; it becomes a runner, or its result says why not. */
async function enter(contestant, result, { shape, file, reference, options, runners }) {
  const child = new Child(contestant.command);
  const end = performance.now() + options.budget;
  const left = () => Math.max(1, end - performance.now());
  try {
    const about = await child.ask({ command: 'prepare', case: shape, file }, left());
    Object.assign(result, about);
    const answer = join(options.folder, 'answer');
    const { milliseconds: first } = await child.ask({ command: 'check', file: answer }, left());
    // Asked only now, as it may take long; the contestant waits meanwhile without using up its time.
    const spare = left();
    const { error } = compareTensors(readTensors(answer), await reference.results(about.definition));
    result.error = error;
    runners.push({ child, result, first, samples: [], spare });
  } catch (error) {
    child.kill();
    result.skipped = error instanceof OutOfTime ? `over ${options.budget / 1000} s` : error.message;
    result.outOfTime = error instanceof OutOfTime;
  }
}

/** A round of warming up, then the rounds that count, each beginning with another contestant. */
async function takeTurns(runners, { rounds, turn }) {
  const length = (runner) => Math.max(turn, runner.first);
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[(i + round + 1) % runners.length];
      const warming = round === -1;
      // A call that takes seconds is warm after the check.
      if (runner.failed || (warming && runner.first > 2 * turn) || runner.spare < length(runner)) continue;
      await pause(PAUSE);
      await takeTurn(runner, turn, warming);
    }
  }
}

async function takeTurn(runner, turn, warming) {
  const start = performance.now();
  try {
    const command = { command: 'time', milliseconds: turn };
    const { milliseconds, cpu } = await runner.child.ask(command, runner.spare + turn);
    if (!warming) runner.samples.push({ milliseconds, cpu });
    runner.first = Math.min(runner.first, milliseconds);
  } catch (error) {
    runner.failed = true;
    if (!(error instanceof OutOfTime)) runner.result.skipped = error.message;
  }
  runner.spare -= performance.now() - start;
}
