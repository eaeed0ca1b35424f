/**
 * One call of one contestant, for a program of its own (cold-start.mjs): `node <program>
 * <variant> <tensors file> <case>`. The process ends when nothing is left to do.
 */
import { readTensors } from '../tensors-file.mjs';

export async function callOnce(prepare) {
  const [, , variant, file, request] = process.argv;
  const shape = JSON.parse(request);
  const { ops } = await prepare(shape, readTensors(file), variant);
  await ops[shape.op].run();
}
