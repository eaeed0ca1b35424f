/** One call of one contestant: `node cold.mjs <module> <variant> <tensors file> <case>`. Ends when nothing is left to do. */
import { pathToFileURL } from 'node:url';
import { readTensors } from '../tensors-file.mjs';

const [, , path, variant, file, request] = process.argv;
const shape = JSON.parse(request);
const { prepare } = await import(pathToFileURL(path).href);
const { ops } = await prepare(shape, readTensors(file), variant);
await ops[shape.op].run();
