/** Every package has a users' door, `index.ts`, which has no name that a user has no use for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DOORS, namesOf } from '../support/package-doors.js';
import { doorOf, exportsOf, fullName, packageNames } from '../support/repository-files.js';

const namesBehind = (door: string): string[] => exportsOf(doorOf('', fullName(door)));

test('the reader of doors sees every form of export', () => {
  assert.ok(namesBehind('autograd').includes('Tensor'));
  assert.ok(namesBehind('retrograd').includes('arrays'), 'export * as');
  assert.ok(namesBehind('retrograd').includes('lstmForward'), 'export * from');
  assert.ok(namesBehind('lstm').includes('LSTMCache'), 'a type');
});

for (const [door, purposes] of Object.entries(DOORS)) {
  test(`users get from @retrograd/${door} what is listed with its purpose, and nothing else`, () => {
    assert.equal(namesBehind(door), namesOf(purposes));
  });
}

test('every package but the umbrella has a list, and its internal door has all of the users’ one', () => {
  for (const name of packageNames) if (name !== 'retrograd') assert.ok(DOORS[name], name);
  for (const name of ['kernels', 'arrays', 'recurrent']) {
    const inside = namesBehind(`${name}/internal`);
    assert.equal(
      namesBehind(name).filter((each) => !inside.includes(each)),
      [],
      name,
    );
  }
});

test('the umbrella has no name of its own but the two namespaces', () => {
  const listed = new Set(Object.values(DOORS).flatMap(namesOf));
  const own = namesBehind('retrograd').filter((name) => !listed.has(name));
  assert.equal(own, ['arrays', 'kernels']);
});

test.run();
