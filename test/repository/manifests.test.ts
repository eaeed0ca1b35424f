import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { allowedPackages, fullName, packageNames, readJson, readText } from '../support/repository-files.js';

const manifest = (name: string) => readJson(`packages/${name}/package.json`);
const lock = readJson('package-lock.json');

test('the run-time dependencies are exactly the allowed ones', () => {
  const thirdParty: Record<string, string[]> = {
    arrays: ['@types/ndarray'],
    blas: ['koffi'],
    mpi: ['koffi'],
  };
  /** Third-party packages inside the built one. */
  const inside: Record<string, string[]> = { arrays: ['pure-rand'] };
  for (const name of packageNames) {
    const expected = [...allowedPackages[name].map(fullName), ...(thirdParty[name] ?? [])];
    assert.equal(Object.keys(manifest(name).dependencies ?? {}).sort(), expected.sort(), name);
    assert.equal(Object.keys(manifest(name).devDependencies ?? {}), inside[name] ?? [], name);
    for (const kind of ['peerDependencies', 'optionalDependencies', 'bundleDependencies', 'scripts']) {
      assert.is(manifest(name)[kind], undefined, `${name} has ${kind}`);
    }
  }
  assert.is(readJson('package.json').dependencies, undefined);
});

test('all packages are published in one version, as ES modules with types, all but blas without side effects', () => {
  const { version } = readJson('package.json');
  for (const name of packageNames) {
    const { name: published, exports, ...rest } = manifest(name);
    assert.is(published, fullName(name));
    assert.is(rest.version, version, name);
    assert.is(rest.type, 'module', name);
    // Importing blas chooses the kernels; its second door, use.js, does not.
    assert.equal(rest.sideEffects, name === 'blas' ? ['./dist/index.js'] : false, name);
    assert.is(rest.license, 'MIT', name);
    assert.is(rest.engines.node, '>=20', name);
    // The first matching condition wins, so the types come first.
    assert.equal(Object.keys(exports['.']), ['types', 'import', 'default'], name);
    for (const [dependency, range] of Object.entries(rest.dependencies ?? {})) {
      if (packageNames.some((other) => fullName(other) === dependency)) assert.is(range, version, name);
    }
  }
  assert.equal(
    readJson('package.json').workspaces,
    packageNames.map((name) => `packages/${name}`),
  );
});

test('nothing that a user installs needs an install script, and the set-up runs none at all', () => {
  assert.match(readText('.npmrc'), /^ignore-scripts=true$/m);
  const entries = Object.entries(
    lock.packages as Record<string, { hasInstallScript?: boolean; dev?: boolean }>,
  );
  const scripted = entries.filter(([, entry]) => entry.hasInstallScript && !entry.dev).map(([path]) => path);
  // koffi has a script that builds it where none of its binaries fits; @retrograd/blas alone brings it along.
  assert.equal(scripted, ['node_modules/koffi']);
});

test('the lock file is complete for every platform and names no host', () => {
  assert.not.match(JSON.stringify(lock), /"resolved":"https?:/);
  for (const [path, entry] of Object.entries(lock.packages as Record<string, Record<string, unknown>>)) {
    const names = Object.keys({
      ...(entry.dependencies as object),
      ...(entry.optionalDependencies as object),
    });
    for (const name of names) {
      const found = lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`];
      assert.ok(found, `${path || 'the root'} needs ${name}, which is not in the lock file`);
    }
  }
});

test.run();
