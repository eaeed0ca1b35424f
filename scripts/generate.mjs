/**
 * Makes the sources that are not written by hand: WebAssembly modules, and programs of workers as strings.
 */
import { pathToFileURL } from 'node:url';
import { assemble } from './assemble.mjs';
import { bundleWorkers } from './bundle-workers.mjs';

export async function generate() {
  await assemble();
  await bundleWorkers();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await generate();
