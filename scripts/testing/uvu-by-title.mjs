/**
 * Stands in for uvu where tests are chosen by their titles. In a process that has
 * `globalThis.RETROGRAD_TITLES` (an array) it only writes the titles there; else it runs those tests whose
 * titles contain one of the words of the environment's RETROGRAD_WORDS.
 */
import { test as uvuTest } from 'uvu';
import { matches } from './matches.mjs';

const titles = globalThis.RETROGRAD_TITLES;
const words = JSON.parse(process.env.RETROGRAD_WORDS ?? '[""]');

export function test(title, body) {
  if (titles !== undefined) titles.push(title);
  else if (matches(title, words)) uvuTest(title, body);
}

test.before = uvuTest.before;
test.after = uvuTest.after;
test.run = () => {
  if (titles === undefined) uvuTest.run();
};
