/** The report that people read. */
import { bestOf, systemsIn } from './best.mjs';
import { formatRatio, formatTable, formatTime } from './format.mjs';
import { renderNotes } from './notes.mjs';
import { renderTargets } from './targets.mjs';

const TITLES = {
  train: 'Training step (forward, backward, all weight gradients)',
  forward: 'Forward of a sequence',
  step: 'Streaming: one step at batch 1',
};

export function renderMarkdown(report) {
  const { machine, python, settings, cases, extras } = report;
  const lines = [
    '# Benchmark',
    '',
    `- ${report.date.slice(0, 16).replace('T', ' ')} UTC, \`${report.command}\``,
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.vectors}, ${machine.memoryGB} GB, ${machine.system}, Node ${machine.node}`,
    `- load average ${machine.load.join(' ')} at the start${machine.loadAtEnd ? `, ${machine.loadAtEnd.join(' ')} at the end` : ''}`,
    python === null ? '- without PyTorch' : `- PyTorch ${python.version}, ${python.blas}`,
    `- float32; medians of up to ${settings.rounds} rounds in turn, each of at least ${settings.turn} ms; a contestant has`,
    `  ${settings.budget / 1000} s for a case; results are checked against ours before anything is timed`,
    '- in brackets: how many times as fast as PyTorch at its best number of threads',
    '',
  ];
  for (const op of Object.keys(TITLES)) {
    const own = cases.filter((one) => one.op === op);
    if (own.length > 0) lines.push(`## ${TITLES[op]}`, '', ...renderOp(own));
  }
  for (const { title, header, rows, notes = [] } of extras) {
    lines.push(`## ${title}`, '', formatTable(header, rows), '', ...notes.flatMap((note) => [note, '']));
  }
  lines.push(...renderTargets(report), ...renderNotes(cases));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** One table for each cell: systems down, sizes across. */
function renderOp(cases) {
  return [...new Set(cases.map(({ cell }) => cell))].flatMap((cell) => {
    const own = cases.filter((one) => one.cell === cell);
    const header = [cell.toUpperCase(), ...own.map(describeSize)];
    const rows = systemsIn(own).map(({ name, title }) => [
      title,
      ...own.map(({ results }) => formatResult(bestOf(results, name), bestOf(results, 'torch'))),
    ]);
    return [formatTable(header, rows), ''];
  });
}

const describeSize = ({ op, size, B, T, I, H }) =>
  op === 'step' ? `H=${H} (I=${I})` : `${size} (B=${B} T=${T} I=${I} H=${H})`;

function formatResult(result, torch) {
  if (result === undefined) return '';
  if (result.times === undefined) return '-';
  const { median, spread, first, rounds } = result.times;
  const text = formatTime(median);
  const range = first ? ' (first call)' : rounds > 1 ? ` ±${Math.round(100 * spread)} %` : '';
  const ratio = torch?.times && result !== torch ? ` (${formatRatio(torch.times.median / median)})` : '';
  return `${text}${range}${ratio}`;
}
