/**
 * Stands in for uvu in a mutation run: the same tests, but those whose titles name what was broken come
 * first, and the first failure ends the process. A mutant is then caught within its first test instead of at
 * the end of the file.
 */
const tests = [];

export function test(title, body) {
  tests.push({ title, body });
}

test.run = async () => {
  const words = (process.env.RETROGRAD_MUTANT ?? '').split(' ');
  const rank = ({ title }) => (words.some((word) => title.toLowerCase().includes(word)) ? 0 : 1);
  for (const { title, body } of tests.sort((a, b) => rank(a) - rank(b))) {
    try {
      await body();
    } catch {
      console.log(`failed: ${title}`);
      process.exit(1);
    }
  }
  console.log(`passed: ${tests.length}`);
};
