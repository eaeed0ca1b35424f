/**
 * Largest resident size of a process that trains three steps at L: weights, data and the runtime included.
 */
import { join } from 'node:path';
import { SIZES } from '../cases.mjs';
import { Child } from '../child.mjs';
import { makeProblem } from '../problem.mjs';
import { formatBytes } from '../report/format.mjs';
import { listContestants } from '../systems.mjs';
import { writeTensors } from '../tensors-file.mjs';

const CALLS = 3;

export async function measureMemory({ systems, python, folder, budget }) {
  const shape = { cell: 'lstm', size: 'L', op: 'train', ...SIZES.L };
  const file = join(folder, 'memory');
  writeTensors(file, makeProblem(shape));
  const contestants = listContestants(systems, python).filter(({ system }) => system.ops.includes('train'));
  const values = {};
  for (const { id, command } of contestants) {
    values[id] = command === null ? { skipped: 'not installed' } : await peakOf(command, shape, file, budget);
  }
  const rows = Object.entries(values).map(([id, { peak, prepared, skipped }]) =>
    skipped ? [id, skipped, ''] : [id, formatBytes(peak), formatBytes(peak - prepared)],
  );
  return {
    title: 'Peak memory of LSTM training at L',
    header: ['process', 'peak', 'above the prepared process'],
    rows,
    values,
  };
}

async function peakOf(command, shape, file, budget) {
  const child = new Child(command);
  try {
    await child.ask({ command: 'prepare', case: shape, file }, budget);
    const { peak: prepared } = await child.ask({ command: 'memory' }, budget);
    await child.ask({ command: 'time', calls: CALLS }, 2 * budget);
    const { peak } = await child.ask({ command: 'memory' }, budget);
    return { peak, prepared };
  } catch (error) {
    return { skipped: error.message };
  } finally {
    child.kill();
  }
}
