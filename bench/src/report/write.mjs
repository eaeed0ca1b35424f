import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { slug } from '../machine.mjs';
import { renderMarkdown } from './markdown.mjs';

/**
 * Writes <date>-<cpu>.json and .md.
 * @returns the paths
 */
export function writeReport(report, folder) {
  const name = `${report.date.slice(0, 10)}-${slug(report.machine.cpu)}`;
  const texts = { json: `${JSON.stringify(report, null, 2)}\n`, md: renderMarkdown(report) };
  return Object.entries(texts).map(([extension, text]) => {
    const path = join(folder, `${name}.${extension}`);
    // By way of another file, so that a run that is killed leaves a whole one.
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
    return path;
  });
}
