import { once } from 'node:events';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { chooseKernels } from './choose-kernels.js';
import { printable } from './format.js';
import { readModel } from './model-file.js';
import type { Options } from './options.js';
import { choosePrompt, sampleText } from './sample.js';

/** Samples from a saved model. Only the prompt and the text after it go to the output. */
export async function generate(options: Options, stream: NodeJS.WriteStream): Promise<void> {
  chooseKernels();
  const { model, vocabulary } = readModel(options.load as string);
  const prompt = choosePrompt(options.prompt, vocabulary);
  const { generate: length, temperature, seed } = options;
  let gone = false;
  stream.on('error', () => {
    // The pipe's reader has closed it, which is no error: `… --generate 1000000 | head`.
    gone = true;
  });
  const put = async (text: string): Promise<void> => {
    if (!stream.write(stream.isTTY ? printable(text) : text)) await once(stream, 'drain').catch(() => {});
  };
  if (options.prompt !== undefined) await put(prompt);
  for (const piece of sampleText(model, vocabulary, {
    prompt,
    length: length as number,
    temperature,
    seed,
  })) {
    await put(piece);
    // The handler above runs only when the event loop gets a turn.
    await yieldToEventLoop();
    if (gone) return;
  }
  await put('\n');
}
