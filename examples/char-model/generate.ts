import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { useFastestKernels } from './fastest.js';
import { printable } from './format.js';
import { readModel } from './model-file.js';
import type { Options } from './options.js';
import { choosePrompt, write } from './write.js';

/** Writes with a saved model: the prompt and what the model makes of it go to the output, and nothing else. */
export async function generate(options: Options, stream: NodeJS.WriteStream): Promise<void> {
  useFastestKernels();
  const { model, vocabulary } = readModel(options.load as string);
  const prompt = choosePrompt(options.prompt, vocabulary);
  const { generate: length, temperature, seed } = options;
  let gone = false;
  stream.on('error', () => {
    // The reader of a pipe has had enough, which is no fault: `… --generate 1000000 | head`.
    gone = true;
  });
  const put = async (text: string): Promise<void> => {
    if (!stream.write(stream.isTTY ? printable(text) : text)) await once(stream, 'drain').catch(() => {});
  };
  if (options.prompt !== undefined) await put(prompt);
  for (const piece of write(model, vocabulary, { prompt, length: length as number, temperature, seed })) {
    await put(piece);
    // Without a turn of the event loop the error above would not be heard.
    await turn();
    if (gone) return;
  }
  await put('\n');
}
