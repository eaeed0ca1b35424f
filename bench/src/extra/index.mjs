/** What is measured besides the cases; each is a table { name, title, header, rows, values, notes }. */
import { measureBundles } from './bundle-size.mjs';
import { measureColdStart } from './cold-start.mjs';
import { measureGraph } from './graph-overhead.mjs';
import { measureInstalled } from './installed-size.mjs';
import { measureJob } from './main-job.mjs';
import { measureMemory } from './peak-memory.mjs';

const MEASURES = {
  graph: measureGraph,
  cold: measureColdStart,
  memory: measureMemory,
  installed: measureInstalled,
  bundle: measureBundles,
  job: measureJob,
};

/** Runs those that were asked for; one that fails leaves its reason and the others run. */
export async function* runExtras(context) {
  for (const name of context.extras) {
    const start = performance.now();
    try {
      if (start > context.deadline) throw new Error('not reached in the time of the run');
      yield { name, ...(await MEASURES[name](context)) };
    } catch (error) {
      yield { name, title: name, header: ['skipped'], rows: [[error.message]], values: {} };
    }
    context.log(`${name} in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
}
