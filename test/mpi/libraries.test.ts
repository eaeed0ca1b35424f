/**
 * No library, a wrong one, one of another family than the launcher: what is said then. And MPICH, where it is
 * installed.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, folder, runRanks, skipped, start } from '../support/mpi/launch.js';
import { difference, fewScenarios, train } from '../support/mpi/scenarios.js';

const { program, command } = await bundle({
  program: 'test/support/mpi/program.ts',
  command: 'packages/mpi/src/command.ts',
});
/** The program without a launcher, in surroundings like those that one makes. */
const alone = (env: NodeJS.ProcessEnv) => start(process.execPath, [program, 'world'], env).outcome;
const LAUNCHED = { OMPI_COMM_WORLD_SIZE: '2', OMPI_COMM_WORLD_RANK: '0' };

test('without a launcher a process is a world of one, and no library is looked for', async () => {
  const { code, out, err } = await alone({ RETROGRAD_MPI: join(folder, 'no-such-library.so') });
  assert.is(code, 0, err);
  assert.match(out, /world of 1, sum 1, hello from 0/);
});

test('a library that is named and not there is an error that says how to get one', async () => {
  const { code, err } = await alone({ ...LAUNCHED, RETROGRAD_MPI: '/no/such/libmpi.so' });
  assert.is(code, 1);
  assert.match(
    err,
    /LibraryError: distribute: library must be an MPI library that can be loaded, got '\/no\/such\/libmpi\.so' of RETROGRAD_MPI/,
  );
  assert.match(err, /apt-get install openmpi-bin/);
});

test('where none is installed, the error names the files that were looked for', async () => {
  // A file of zeros in the place of each library, for this process and its children alone.
  const names = ['libmpi.so.40', 'libmpi.so', 'libmpich.so.12'].map((name) => join(folder, name));
  const { code, err } = await alone({ ...LAUNCHED, ...hidden(names) });
  assert.is(code, 1);
  assert.match(
    err,
    /LibraryError: distribute: library must be installed \(libmpi\.so\.40, libmpi\.so, libmpich\.so\.12, libmpi\.dylib\), got none of them/,
  );
});

/** The loader takes these first, and they are no libraries. */
function hidden(names: readonly string[]): NodeJS.ProcessEnv {
  for (const name of names) writeFileSync(name, 'no library');
  return { LD_LIBRARY_PATH: folder };
}

test('a library that is none of MPI is refused', async () => {
  const { code, err } = await alone({ ...LAUNCHED, RETROGRAD_MPI: 'libm.so.6' });
  assert.is(code, 1);
  assert.match(
    err,
    /LibraryError: distribute: library must be Open MPI, or MPICH and its kin, got libm\.so\.6, one without MPI_Get_library_version/,
  );
});

test('a library of an unknown family is refused by its name', async () => {
  const file = join(folder, 'libacme.so');
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-o', file, 'test/support/mpi/standin.c']);
  if (status !== 0) {
    console.log('SKIPPED: an MPI library of an unknown family, as there is no C compiler');
    return;
  }
  const { code, err } = await alone({ ...LAUNCHED, RETROGRAD_MPI: file });
  assert.is(code, 1);
  assert.match(err, /got .*libacme\.so, 'Acme MPI 1\.0'/);
});

test('retrograd-mpi refuses wrong words, and says when there is no launcher', async () => {
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    start(process.execPath, [command, ...args], env).outcome;
  const help = await run(['--help']);
  assert.is(help.code, 0);
  assert.match(help.out, /^Usage: retrograd-mpi /);
  const wrong: [string[], string][] = [
    [[], 'a program is missing: retrograd-mpi -n 2 train.js'],
    [['-n', '0', 'x.js'], "-n must be an integer of at least 1, got '0'"],
    [['--hosts', 'a:b', 'x.js'], "--hosts must be like a:2,b:2, got 'a:b' in it"],
    [['--restarts', 'often', 'x.js'], "--restarts must be an integer of at least 0, got 'often'"],
    [['--nodes', '2', 'x.js'], "Unknown option '--nodes'"],
  ];
  for (const [args, words] of wrong) {
    const { code, err } = await run(args);
    assert.is(code, 2, words);
    assert.ok(err.startsWith(`retrograd-mpi: ${words}`), err);
  }
  const none = await run(['-n', '2', program, 'world'], { RETROGRAD_MPIRUN: '/no/such/mpirun' });
  assert.is(none.code, 2);
  assert.match(
    none.err,
    /LibraryError|launcher must be installed \(\/no\/such\/mpirun\), got none; install one/,
  );
});

if (!skipped(test, 'a launcher of one family and a library of the other')) {
  test('the launcher of one family does not go with the library of the other', async () => {
    const { code, err } = await alone({ PMI_SIZE: '2', PMI_RANK: '0', RETROGRAD_MPI: 'libmpi.so.40' });
    assert.is(code, 1);
    assert.match(
      err,
      /LibraryError: distribute: library must be of the launcher's family \(MPICH\), which started 2 processes, got libmpi\.so\.40 of Open MPI, which sees 1; start with the launcher of the library/,
    );
  });
}

const { error: noMpich } = spawnSync('mpiexec.hydra', ['--version']);
if (noMpich) {
  test('nothing to test with: MPICH is not installed', () => {
    console.log('SKIPPED: MPICH, as there is no mpiexec.hydra');
  });
} else {
  test('MPICH: 2 processes train as one does, and Open MPI does not start its processes', async () => {
    const { code, out, err } = await start('mpiexec.hydra', ['-n', '2', process.execPath, program, 'curves'])
      .outcome;
    assert.is(code, 0, err);
    const curves = [...out.matchAll(/^curve (.*)$/gm)].map(([, text]) => JSON.parse(text));
    assert.is(curves.length, fewScenarios.length);
    for (const [i, { curve, same }] of curves.entries()) {
      assert.ok(same);
      assert.ok(difference(await train(fewScenarios[i]), curve) < 1e-12);
    }
    const failed = await start('mpiexec.hydra', ['-n', '2', process.execPath, program, 'leave', 'exit 3'])
      .outcome;
    // Hydra tells the exit codes of all combined by or: that of the other is 9 when it had to be killed.
    assert.ok([3, 3 | 9].includes(Number(failed.code)), `exit code ${failed.code}`);
    const mixed = await runRanks(2, program, ['world'], { RETROGRAD_MPI: 'libmpich.so.12' });
    assert.is(mixed.code, 1);
    assert.match(
      mixed.err,
      /of the launcher's family \(Open MPI\), which started 2 processes, got libmpich\.so\.12 of MPICH/,
    );
  });
}

test.run();
