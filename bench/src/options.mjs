/** The command line. */
import { parseArgs } from 'node:util';
import { CELLS, SIZES } from './cases.mjs';
import { SYSTEMS } from './systems.mjs';

export const OPS = ['train', 'forward', 'step'];
export const EXTRAS = ['graph', 'cold', 'memory', 'installed', 'bundle', 'job'];

export const USAGE = `usage: npm run bench -- [options]
  --sizes S,M,L,XL        sizes                        (all)
  --cells lstm,gru,rnn    cells                        (all)
  --ops train,forward,step                             (all)
  --systems a,b,...       ${SYSTEMS.map(({ name }) => name).join(' ')}
  --extras a,b,...        ${EXTRAS.join(' ')}, or none
  --rounds N              rounds of every case         (7)
  --turn MS               least time of one turn       (250)
  --budget S              seconds a contestant may take for a case, all told (60)
  --minutes N             what is not begun by then is left out (120)
  --out FOLDER            where the results go         (results)
  --quick                 S only, 3 short rounds, no cold start and no main job
  --help`;

const QUICK = {
  sizes: 'S',
  rounds: '3',
  turn: '50',
  budget: '20',
  minutes: '20',
  extras: 'graph,installed,bundle',
};

/** @throws Error with a message for the user */
export function parseOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const names = ['sizes', 'cells', 'ops', 'systems', 'extras', 'rounds', 'turn', 'budget', 'minutes', 'out'];
  const options = { ...Object.fromEntries(names.map((name) => [name, text])), quick: flag, help: flag };
  const { values } = parseArgs({ args, options });
  const given = { ...(values.quick ? QUICK : {}), ...values };
  const list = (name, all) => readList(given, name, all);
  const number = (name, otherwise) => readNumber(given, name, otherwise);
  return {
    help: values.help ?? false,
    sizes: list('sizes', Object.keys(SIZES)),
    cells: list('cells', CELLS),
    ops: list('ops', OPS),
    systems: list(
      'systems',
      SYSTEMS.map(({ name }) => name),
    ),
    extras: given.extras === 'none' ? [] : list('extras', EXTRAS),
    rounds: Math.ceil(number('rounds', 7)),
    turn: number('turn', 250),
    budget: 1000 * number('budget', 60),
    deadline: performance.now() + 60_000 * number('minutes', 120),
    out: given.out ?? 'results',
  };
}

/** An option that lists words of `all`, with commas; all of them when it is not given. @throws Error */
export function readList(given, name, all) {
  const words = given[name] === undefined ? all : given[name].split(',').filter(Boolean);
  const wrong = words.find((word) => !all.includes(word));
  if (wrong !== undefined) throw new Error(`--${name}: ${wrong} must be of ${all.join(', ')}`);
  return words;
}

/** An option that is a positive number. @throws Error */
export function readNumber(given, name, otherwise) {
  const value = Number(given[name] ?? otherwise);
  if (!(value > 0)) throw new Error(`--${name} must be a positive number, got ${given[name]}`);
  return value;
}
