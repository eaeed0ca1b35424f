/**
 * A rank is killed at any time: all end within 10 s, and the training goes on from its file to the end that
 * it would have had.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@retrograd/arrays';
import { loadModel } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, folder, type Running, runRanks, skipped, startRanks } from '../support/mpi/launch.js';

/**
 * In all, and how many trainings share them, at the same time: most of a kill is waiting for the launcher to
 * notice.
 */
const KILLS = 20;
const TRAININGS = 4;
/** From the start of a rank; some come before it has joined the others, some in the middle of a file. */
const LATEST_MS = 1500;

const seed = Math.floor(Math.random() * 1e6);
const rng = new Random(seed);

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Kills a rank at a random time. @returns null when the training was over before */
async function killOnce(
  running: Running,
  ranks: number,
): Promise<{ seconds: number; code: number | null } | null> {
  const [victim, delay] = [rng.integer(ranks), rng.uniform() * LATEST_MS];
  await running.seen(`rank ${victim} is process`);
  await sleep(delay);
  const [, pid] = running.out().match(new RegExp(`rank ${victim} is process (\\d+)`)) as RegExpMatchArray;
  if (!isAlive(Number(pid))) return null;
  const killed = performance.now();
  process.kill(Number(pid), 'SIGKILL');
  const { code, out } = await running.outcome;
  const pids = [...out.matchAll(/is process (\d+)/g)].map(([, each]) => Number(each));
  while (pids.some(isAlive) && performance.now() - killed < 20_000) await sleep(20);
  return { seconds: (performance.now() - killed) / 1000, code };
}

if (!skipped(test, 'trainings on MPI that are killed')) {
  const { program } = await bundle({ program: 'test/support/mpi/program.ts' });

  test(`${KILLS} kills at random times (seed ${seed})`, async () => {
    const unbroken = join(folder, 'unbroken');
    assert.is((await runRanks(2, program, ['survive', unbroken])).code, 0);
    const expected = readFileSync(`${unbroken}.end`);
    let kills = 0;
    const times: number[] = [];
    const ends: Buffer[] = [];
    const trainOn = async (name: string): Promise<void> => {
      for (let round = 0; kills < KILLS; round++) {
        const path = join(folder, `${name}-${round}`);
        while (kills < KILLS && !existsSync(`${path}.end`)) {
          const result = await killOnce(startRanks(2, program, ['survive', path]), 2);
          if (result === null) continue;
          kills++;
          times.push(result.seconds);
          assert.ok(result.seconds < 10, `${result.seconds} s from the kill to the end`);
          assert.not.equal(result.code, 0, 'the exit code says that it failed');
          if (existsSync(path)) loadModel(readFileSync(path));
        }
        const { code, err } = existsSync(`${path}.end`)
          ? { code: 0, err: '' }
          : await runRanks(2, program, ['survive', path]);
        assert.is(code, 0, err);
        ends.push(readFileSync(`${path}.end`));
      }
    };
    await Promise.all(Array.from({ length: TRAININGS }, (_, i) => trainOn(`training-${i}`)));
    for (const end of ends)
      assert.ok(end.equals(expected), 'the end differs from that of the unbroken training');
    const slowest = Math.max(...times).toFixed(1);
    console.log(`${kills} kills in ${ends.length} trainings, each over within ${slowest} s`);
  });
}

test.run();
