/** What an op of the graph costs: a cell composed of small ops, over a long sequence. */
import { GRAPH } from '../cases.mjs';
import { bestOf, systemsIn } from '../report/best.mjs';
import { formatRatio, formatTime } from '../report/format.mjs';
import { runCase } from '../run-case.mjs';
import { listContestants } from '../systems.mjs';

export async function measureGraph(context) {
  const contestants = listContestants(context.systems, context.python).filter(({ system }) =>
    system.ops.includes('graph'),
  );
  const results = await runCase(GRAPH, contestants, context);
  const torch = bestOf(results, 'torch');
  const rows = systemsIn([{ results }]).map(({ name, title }) => {
    const { times, skipped } = bestOf(results, name);
    if (times === undefined) return [title, skipped, '', ''];
    const ratio = torch?.times && name !== 'torch' ? formatRatio(torch.times.median / times.median) : '';
    return [title, formatTime(times.median), formatTime(times.median / GRAPH.T), ratio];
  });
  return {
    title: 'Ops of the graph: a composed LSTM cell, forward and backward',
    header: ['B=1 T=1000 I=H=16, float64', 'all steps', 'a step', 'times as fast as PyTorch eager'],
    rows,
    values: results,
    notes: [
      'The equations one op at a time, under `scan`; PyTorch runs the same ones eagerly in a Python loop.',
    ],
  };
}
