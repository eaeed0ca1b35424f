/** Below the tables: definitions that are not ours, variants, versions, and what was skipped and why. */

import { caseName } from '../cases.mjs';
import { SYSTEMS } from '../systems.mjs';

export function renderNotes(cases) {
  const lines = SYSTEMS.flatMap(({ name, title }) => {
    const own = cases.flatMap((one) =>
      one.results
        .filter(({ id }) => id === name || id.startsWith(`${name}/`))
        .map((result) => ({ case: caseName(one), ...result })),
    );
    if (own.length === 0) return [];
    const versions = [...new Set(own.map(({ version }) => version).filter(Boolean))];
    const worst = Math.max(0, ...own.map(({ error = 0 }) => error));
    const compile = own.map((result) => result.compile).filter((seconds) => seconds > 0.1);
    const parts = [
      ...(worst > 0 ? [`largest relative difference from ours ${worst.toExponential(1)}`] : []),
      ...grouped(own, 'definition', (what) => `own definition: ${what}`),
      ...grouped(own, 'note', (what) => what),
      ...(compile.length > 0 ? [`compiles for up to ${Math.max(...compile).toPrecision(2)} s`] : []),
      ...grouped(own, 'skipped', (what) => `skipped: ${what}`),
    ];
    return [`- **${title}** ${versions.join(', ')}${parts.length ? `: ${parts.join('; ')}` : ''}`];
  });
  return ['## Notes', '', ...lines, ''];
}

/** 'value (cases)' for each value that a key has among the results. */
function grouped(results, key, words) {
  const groups = new Map();
  for (const result of results) {
    const value = result[key];
    if (!value) continue;
    groups.set(value, [...(groups.get(value) ?? []), result.case]);
  }
  return [...groups].map(([value, names]) => {
    const unique = [...new Set(names)];
    const everywhere = unique.length === new Set(results.map((result) => result.case)).size;
    return words(value) + (everywhere ? '' : ` (${unique.join(', ')})`);
  });
}
