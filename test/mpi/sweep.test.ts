/** Many small trainings on worker threads, on one process and on several. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { medianPruner, type SweepResult, successiveHalving, sweep } from '@retrograd/mpi/sweep';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, folder, mpirun, runRanks } from '../support/mpi/launch.js';
import { run as runJob } from '../support/mpi/sweep-job.js';
import { results } from '../support/mpi/threads.js';

const { job, program } = await bundle({
  job: 'test/support/mpi/sweep-job.ts',
  program: 'test/support/mpi/program.ts',
});
const module = pathToFileURL(job);
type Result = SweepResult<{ way: string; value: number }, unknown>;

async function all(
  jobs: readonly { way: string; value: number }[],
  options: Partial<Parameters<typeof sweep>[1]> = {},
): Promise<Result[]> {
  const list: Result[] = [];
  for await (const result of sweep(jobs, { module, workers: 2, ...options })) list.push(result);
  return list;
}

const byIndex = (list: readonly Result[]): Result[] => list.slice().sort((a, b) => a.index - b.index);

test('every job comes to what it comes to alone, and a failure is a result', async () => {
  const jobs = [
    { way: 'train', value: 0.01 },
    { way: 'fail', value: 1 },
    { way: 'train', value: 0.03 },
    { way: 'crash', value: 2 },
    { way: 'train', value: 0.02 },
  ];
  const list = byIndex(await all(jobs));
  assert.equal(
    list.map(({ index }) => index),
    [0, 1, 2, 3, 4],
  );
  for (const index of [0, 2, 4]) {
    const context = { report: () => {}, signal: new AbortController().signal };
    assert.is(list[index].result, await runJob(jobs[index] as Parameters<typeof runJob>[0], context));
    assert.is(list[index].error, null);
    assert.equal(list[index].job, jobs[index]);
  }
  assert.match(String(list[1].error), /^Error: job 1 fails/);
  assert.is(list[3].error, 'the thread of the job ended with exit code 3');
});

test('a second sweep takes what is done from the journal, also when its last line was cut short', async () => {
  const journal = join(folder, 'sweep.jsonl');
  const jobs = [0.01, 0.02, 0.02].map((value) => ({ way: 'train', value }));
  const first = byIndex(await all([...jobs, { way: 'fail', value: 1 }], { journal }));
  assert.ok(first.every(({ known }) => !known));
  appendFileSync(journal, '{"job":{"way":"trai');
  const more = [...jobs, { way: 'fail', value: 1 }, { way: 'train', value: 0.05 }];
  const second = byIndex(await all(more, { journal }));
  assert.equal(
    second.map(({ known }) => known),
    [true, true, true, false, false],
  );
  assert.equal(
    second.slice(0, 3).map(({ result }) => result),
    first.slice(0, 3).map(({ result }) => result),
  );
  assert.is(second[4].error, null);
  const third = await all(more, { journal });
  assert.is(third.filter(({ known }) => known).length, 4);
  assert.ok(readFileSync(journal, 'utf8').endsWith('\n'));
});

test('a job that is pruned hears of it by its signal, and its result is what it had then', async () => {
  const jobs = [1, 2, 3, 4].map((value) => ({ way: 'endless', value }));
  const list = await all(jobs, { prune: ({ step, index }) => step >= 5 + index });
  assert.ok(list.every(({ pruned, result }) => pruned && result === 'stopped'));
});

test('the median pruner stops what is worse than half of the others', () => {
  const prune = medianPruner({ after: 2, atLeast: 3 });
  const before = [1, 2, 3].flatMap((value, index) => [5, 6].map((step) => ({ index, step, value })));
  assert.ok(prune({ index: 9, step: 5, value: 2.5 }, before));
  assert.not(prune({ index: 9, step: 5, value: 2 }, before));
  assert.not(prune({ index: 9, step: 7, value: 9 }, before), 'no other job has told this step');
  assert.not(prune({ index: 9, step: 2, value: 9 }, before), 'too early');
  assert.ok(prune({ index: 9, step: 6, value: Number.NaN }, before));
  assert.not(prune({ index: 2, step: 5, value: 9 }, before), 'only two others');
});

test('successive halving lets the best half of those that came so far go on', () => {
  const prune = successiveHalving({ steps: [10, 20] });
  const before: { index: number; step: number; value: number }[] = [];
  const verdicts = [5, 4, 6, 3, 7].map((value, index) => {
    const report = { index, step: 10, value };
    const verdict = prune(report, before);
    before.push(report);
    return verdict;
  });
  assert.equal(verdicts, [false, false, true, false, true]);
  assert.not(prune({ index: 8, step: 11, value: 99 }, before), 'not one of the steps');
  assert.ok(prune({ index: 8, step: 10, value: Number.NaN }, []));
  assert.throws(
    () => successiveHalving({ steps: [1], keep: 0 }),
    /keep must be above 0 and at most 1, got 0/,
  );
});

test('several processes: the first one hands out the jobs and gets all results', async () => {
  const jobs = [0.01, 0.02, 0.03, 0.04].map((value) => ({ way: 'train', value }));
  const [first, second] = await results(2, {}, (world) =>
    all([...jobs, { way: 'fail', value: 7 }], { world, workers: 1 }),
  );
  assert.is(second.length, 0);
  const alone = byIndex(await all(jobs));
  assert.equal(
    byIndex(first)
      .slice(0, 4)
      .map(({ result }) => result),
    alone.map(({ result }) => result),
  );
  assert.match(String(byIndex(first)[4].error), /job 7 fails/);
});

test('leaving the loop ends the workers', async () => {
  const jobs = [1, 2, 3].map((value) => ({ way: 'endless', value }));
  for await (const { index } of sweep([{ way: 'where', value: 0 }, ...jobs], { module, workers: 2 })) {
    assert.is(index, 0);
    break;
  }
});

test('wrong options are refused at once', () => {
  assert.throws(() => sweep('jobs' as never, { module }), /sweep: jobs must be a list, got string/);
  assert.throws(
    () => sweep([], { module: 3 as never }),
    /sweep: module must be a URL or its text, got number/,
  );
  assert.throws(() => sweep([], { module, workers: 0 }), /sweep: workers must be a positive integer, got 0/);
});

if (mpirun === null) {
  test('nothing to test with: this machine has no mpirun of Open MPI', () => {
    console.log('SKIPPED: a sweep on MPI, as there is no mpirun of Open MPI');
  });
} else {
  test('under mpirun the jobs run on all processes', async () => {
    const { code, out, err } = await runRanks(3, program, ['sweep', module.href]);
    assert.is(code, 0, err);
    const processes = [...out.matchAll(/^job \d "process (\d+)"$/gm)].map(([, pid]) => pid);
    assert.is(processes.length, 6);
    assert.is(new Set(processes).size, 3);
    assert.match(out, /rank 0 got 6 results/);
    assert.match(out, /rank 1 got 0 results/);
  });
}

test.run();
