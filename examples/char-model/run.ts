import { describeJob } from './describe-job.js';
import { generate } from './generate.js';
import { readOptions } from './options.js';
import { prepare } from './prepare.js';
import { train } from './train.js';

/**
 * The whole program.
 * @param stream takes what it has to say
 * @returns the exit code: 0, or 128 + n when signal n ended it early
 * @throws UserError when it cannot be done
 */
export async function run(args: readonly string[], stream: NodeJS.WriteStream): Promise<number> {
  const read = readOptions(args, (help) => stream.write(help));
  if (read === null) return 0;
  if (read.options.generate !== undefined) {
    await generate(read.options, stream);
    return 0;
  }
  const job = prepare(read);
  stream.write(describeJob(job));
  return train(job, stream);
}
