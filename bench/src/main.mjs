/** The benchmark: `npm run bench -- --help`. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseName, listCases } from './cases.mjs';
import { runExtras } from './extra/index.mjs';
import { Forecast } from './forecast.mjs';
import { describeMachine } from './machine.mjs';
import { parseOptions, USAGE } from './options.mjs';
import { findPython } from './python.mjs';
import { progressLine } from './report/progress.mjs';
import { writeReport } from './report/write.mjs';
import { runCase } from './run-case.mjs';
import { listContestants } from './systems.mjs';

const log = (line) => console.log(line);

async function main(options) {
  const folder = mkdtempSync(join(tmpdir(), 'retrograd-bench-'));
  mkdirSync(options.out, { recursive: true });
  const report = {
    date: new Date().toISOString(),
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.replace(/[ -]+$/, ''),
    machine: describeMachine(),
    settings: { rounds: options.rounds, turn: options.turn, budget: options.budget },
    python: null,
    cases: [],
    extras: [],
  };
  const python = options.systems.includes('torch') ? await findPython(log) : null;
  if (python !== null) report.python = { version: python.version, blas: python.note };
  const forecast = new Forecast(options);
  try {
    for (const shape of listCases(options)) {
      const contestants = listContestants(options.systems, python).filter(
        ({ system }) => system.ops.includes(shape.op) && (system.cells ?? [shape.cell]).includes(shape.cell),
      );
      const start = performance.now();
      const results = await runCase(shape, contestants, { ...options, folder }, forecast.reason);
      forecast.remember(shape, results);
      report.cases.push({ ...shape, results });
      log(`${caseName(shape)} in ${((performance.now() - start) / 1000).toFixed(0)} s`);
      for (const result of results) log(progressLine(result));
      // After every case, so that a run that is broken off leaves what it has.
      writeReport(report, options.out);
    }
    for await (const extra of runExtras({ ...options, folder, python, log })) {
      report.extras.push(extra);
      writeReport(report, options.out);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  report.machine.loadAtEnd = describeMachine().load;
  log(`written: ${writeReport(report, options.out).join(' and ')}`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
