import { readFileSync } from 'node:fs';
import { DtypeError, ValueError } from '@retrograd/arrays';
import { betterCores, blasKernels, installAdvice, LibraryError, useBlas } from '@retrograd/blas/use';
import { currentKernels, describeKernels, plainKernels, useKernels } from '@retrograd/kernels';
import koffi from 'koffi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { standIn } from '../support/blas/libraries.js';
import { throws } from '../support/throws.js';

/** Runs `fn` as if on another platform, where none of the files that a library may have there exists here. */
function onPlatform<R>(platform: string, fn: () => R): R {
  const real = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
  Object.defineProperty(process, 'platform', { ...real, value: platform });
  try {
    return fn();
  } finally {
    Object.defineProperty(process, 'platform', real);
  }
}

const foreign = process.platform === 'win32' ? 'linux' : 'win32';

/** A test that needs a library made for it, and says so where there is no compiler. */
function testWith(title: string, name: string, macros: string[], run: (file: string) => void): void {
  test(title, () => {
    const file = standIn(name, ...macros);
    if (file === null) console.log(`SKIPPED: ${title}: there is no C compiler`);
    else run(file);
  });
}

test('without any library the error says how to get one', () => {
  const before = currentKernels();
  const variable = process.env.RETROGRAD_BLAS;
  delete process.env.RETROGRAD_BLAS;
  try {
    onPlatform(foreign, () =>
      throws(
        () => useBlas(),
        LibraryError,
        'useBlas: library must be installed, one of accelerate, mkl, onednn, openblas, blis, got none; ' +
          `install one: ${installAdvice(foreign)}; ` +
          "or name one: RETROGRAD_BLAS=<path>, or useBlas({ library }) of '@retrograd/blas/use'",
      ),
    );
  } finally {
    if (variable !== undefined) process.env.RETROGRAD_BLAS = variable;
  }
  assert.is(currentKernels(), before, 'the kernels are those of before');
});

test('importing the package alone is the same call', async () => {
  const before = currentKernels();
  const variable = process.env.RETROGRAD_BLAS;
  process.env.RETROGRAD_BLAS = 'no-such-library.so';
  const { default: problem } = await import('@retrograd/blas').then(
    () => ({ default: null }),
    (error: unknown) => ({ default: error }),
  );
  if (variable === undefined) delete process.env.RETROGRAD_BLAS;
  else process.env.RETROGRAD_BLAS = variable;
  assert.instance(problem, LibraryError);
  assert.match(
    (problem as Error).message,
    /^useBlas: library must be .*, got 'no-such-library\.so' named by RETROGRAD_BLAS \(/,
  );
  assert.is(currentKernels(), before);
});

test('a file that is missing or no library is refused by name', () => {
  const expected = "a BLAS library's path, its file name, or one of accelerate, mkl, onednn, openblas, blis";
  for (const library of ['no-such-library.so', 'package.json']) {
    let message = '';
    try {
      useBlas({ library });
    } catch (error) {
      assert.instance(error, LibraryError);
      message = (error as Error).message;
    }
    const start = `useBlas: library must be ${expected}, got '${library}' named by the caller (`;
    assert.ok(message.startsWith(start) && message.length > start.length + 5, message);
  }
});

test('a family that is not installed is refused with its files and what to do', () => {
  onPlatform(foreign, () => {
    const files = {
      win32: 'libopenblas.dll, openblas.dll',
      linux: 'libopenblasp.so.0, libopenblas.so.0, libopenblaso.so.0, libopenblas.so',
    };
    throws(
      () => useBlas({ library: 'openblas' }),
      LibraryError,
      `useBlas: library must be installed (openblas: ${files[foreign]}), got none of them; ${installAdvice(foreign)}`,
    );
    throws(
      () => useBlas({ library: 'accelerate' }),
      LibraryError,
      'useBlas: library must be installed (accelerate: no files on this platform), got none of them; ' +
        `install it, or OpenBLAS: ${installAdvice(foreign)}`,
    );
  });
});

test('wrong options are refused before anything is loaded', () => {
  throws(
    () => useBlas({ library: 3 as unknown as string }),
    DtypeError,
    'useBlas: library must be a path or a name, got 3',
  );
  throws(() => useBlas({ library: '' }), DtypeError, "useBlas: library must be a path or a name, got ''");
  for (const threads of [0, -1, 1.5, 65, Number.NaN]) {
    throws(
      () => useBlas({ library: 'no-such-library.so', threads }),
      ValueError,
      `useBlas: threads must be an integer from 1 to 64, got ${threads}`,
    );
  }
});

test('the advice fits the platform and the distribution', () => {
  const linux = (release: string) => installAdvice('linux', release);
  assert.is(linux('ID=debian\nVERSION_ID="12"'), 'apt-get install libopenblas0');
  assert.is(
    linux('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"'),
    'apt-get install libopenblas0',
  );
  assert.is(linux('ID="rocky"\nID_LIKE="rhel centos fedora"'), 'dnf install openblas-threads');
  assert.is(linux('ID=arch'), 'pacman -S openblas');
  assert.is(linux('ID=alpine'), 'apk add openblas');
  assert.is(linux('ID="opensuse-leap"\nID_LIKE="suse opensuse"'), 'zypper install libopenblas_pthreads0');
  assert.match(linux(''), /apt-get install libopenblas0/);
  assert.is(installAdvice('darwin', ''), 'brew install openblas');
  assert.match(installAdvice('win32', ''), /^conda install /);
});

test('a core type is asked for only where OpenBLAS missed what the processor can', () => {
  const cpu = (vendor: string, flags: string) =>
    `processor\t: 0\nvendor_id\t: ${vendor}\nflags\t\t: fpu sse2 ${flags}\n`;
  const intel = 'GenuineIntel';
  const amd = 'AuthenticAMD';
  const avx512 = 'avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl';
  assert.equal(betterCores('Prescott', cpu(intel, avx512)), ['SkylakeX', 'Haswell']);
  assert.equal(betterCores('Prescott', cpu(intel, 'avx2 fma')), ['Haswell']);
  assert.equal(betterCores('Prescott', cpu(intel, 'avx2 fma avx512f')), ['Haswell']);
  assert.equal(betterCores('Barcelona', cpu(amd, avx512)), ['SkylakeX', 'Zen', 'Haswell']);
  assert.equal(betterCores('Barcelona', cpu(amd, 'fma avx2')), ['Zen', 'Haswell']);
  assert.equal(betterCores('Prescott', cpu(intel, 'avx')), []);
  assert.equal(betterCores('Prescott', cpu(intel, 'avx2')), []);
  for (const core of ['Haswell', 'Zen', 'SkylakeX', 'Cooperlake', 'SAPPHIRERAPIDS']) {
    assert.equal(betterCores(core, cpu(intel, avx512)), [], core);
  }
  assert.equal(betterCores(null, cpu(intel, avx512)), []);
  assert.equal(betterCores('Prescott', ''), []);
});

testWith(
  'an old core type is replaced while loading, and the environment is left as it was',
  'oldcore',
  ['OPENBLAS="DYNAMIC_ARCH"'],
  (file) => {
    let cpuinfo = '';
    try {
      cpuinfo = readFileSync('/proc/cpuinfo', 'utf8');
    } catch {
      // No such file: then nothing is replaced.
    }
    const [better] = betterCores('Prescott', cpuinfo);
    const own = process.env.OPENBLAS_CORETYPE;
    delete process.env.OPENBLAS_CORETYPE;
    const { blas, why } = blasKernels({ library: file });
    assert.is(process.env.OPENBLAS_CORETYPE, undefined);
    if (own !== undefined) process.env.OPENBLAS_CORETYPE = own;
    assert.is(blas?.core, better ?? 'Prescott');
    const note = better ? `; core type set to ${better}: OpenBLAS took this processor for Prescott` : '';
    assert.is(blas?.why, `named by the caller${note}`);
    assert.is(blas?.kind, 'OpenBLAS');
    assert.is(blas?.version, 'OpenBLAS 0.0 stand-in DYNAMIC_ARCH');
    assert.is(blas?.library, file);
    assert.ok(
      why.startsWith(`products by OpenBLAS (${file}, ${blas?.why}); all else by WebAssembly SIMD`),
      why,
    );
  },
);

testWith(
  'a core type that the user set is never replaced',
  'setcore',
  ['OPENBLAS="DYNAMIC_ARCH"'],
  (file) => {
    const own = process.env.OPENBLAS_CORETYPE;
    process.env.OPENBLAS_CORETYPE = 'Nehalem';
    const { blas } = blasKernels({ library: file });
    if (own === undefined) delete process.env.OPENBLAS_CORETYPE;
    else process.env.OPENBLAS_CORETYPE = own;
    assert.is(blas?.core, 'Nehalem');
    assert.is(blas?.why, 'named by the caller');
  },
);

testWith(
  'the variable RETROGRAD_BLAS names the library, and the caller has the last word',
  'named',
  [],
  (file) => {
    const own = process.env.RETROGRAD_BLAS;
    process.env.RETROGRAD_BLAS = file;
    const { blas } = blasKernels();
    process.env.RETROGRAD_BLAS = 'no-such-library.so';
    const named = blasKernels({ library: file }).blas;
    if (own === undefined) delete process.env.RETROGRAD_BLAS;
    else process.env.RETROGRAD_BLAS = own;
    assert.is(blas?.library, file);
    assert.is(blas?.why, 'named by RETROGRAD_BLAS');
    assert.is(blas?.kind, 'CBLAS');
    assert.is(named?.why, 'named by the caller');
  },
);

testWith('useBlas puts the library to use and gives the kernels of before', 'used', [], (file) => {
  const start = useKernels(plainKernels);
  assert.is(useBlas({ library: file }), plainKernels);
  assert.is(currentKernels(), blasKernels({ library: file }), 'the same kernels for the same options');
  assert.is.not(currentKernels(), blasKernels({ library: file, always: true }));
  assert.is(describeKernels().name, 'blas');
  assert.is(describeKernels().blas?.library, file);
  useKernels(plainKernels);
  assert.is(describeKernels().blas, null);
  useKernels(start);
});

testWith(
  'batches go to the matrix product, single rows to the matrix-vector product',
  'counted',
  [],
  (file) => {
    const library = koffi.load(file);
    const [gemms, gemvs] = ['gemm', 'gemv'].map((name) => library.func(`standin_${name}_calls`, 'int', []));
    const { multiply } = blasKernels({ library: file, always: true });
    const before = [gemms(), gemvs()];
    const square = { data: new Float32Array(64), at: 0, rows: 8, columns: 8, ld: 8 };
    const [row, column] = [
      { ...square, rows: 1 },
      { ...square, columns: 1, ld: 1 },
    ];
    const fresh = () => new Float32Array(64);
    multiply(square, square, { ...square, data: fresh() });
    assert.equal([gemms() - before[0], gemvs() - before[1]], [1, 0]);
    multiply(row, square, { ...row, data: fresh() });
    multiply(square, row, { ...column, data: fresh() }, { transB: true });
    assert.equal([gemms() - before[0], gemvs() - before[1]], [1, 2]);
  },
);

const refusals: [title: string, name: string, macros: string[], actual: string][] = [
  ['64-bit integers', 'ilp', ['OPENBLAS="USE64BITINT"'], 'one with 64-bit integers (ILP64)'],
  [
    '64-bit integers by its names',
    'suffix',
    ['SUFFIX'],
    'one with 64-bit integers (ILP64: it has cblas_sgemm64_)',
  ],
  ['float32 only', 'single', ['SINGLE'], 'one without cblas_dgemm'],
  ['wrong results', 'wrong', ['WRONG'], 'one that computes wrongly (sgemm of 5 x 7 x 9 with '],
];

for (const [title, name, macros, actual] of refusals) {
  testWith(`a library with ${title} is refused`, name, macros, (file) => {
    let message = '';
    try {
      useBlas({ library: file });
    } catch (error) {
      assert.instance(error, LibraryError);
      message = (error as Error).message;
    }
    const expected = 'a BLAS with CBLAS functions and 32-bit integers, or oneDNN';
    assert.ok(message.startsWith(`useBlas: library must be ${expected}, got ${file}, ${actual}`), message);
  });
}

test.run();
