import { readFileSync } from 'node:fs';

/** Families of libraries, in the order in which they are looked for. */
export const kinds = ['accelerate', 'mkl', 'onednn', 'openblas', 'blis'] as const;
export type Kind = (typeof kinds)[number];

type Files = Readonly<Partial<Record<Kind, readonly string[]>>>;

/** File names by platform, those of newer versions and of builds with threads first. */
const linux: Files = {
  mkl: ['libmkl_rt.so.3', 'libmkl_rt.so.2', 'libmkl_rt.so.1', 'libmkl_rt.so'],
  onednn: ['libdnnl.so.3', 'libdnnl.so.2', 'libdnnl.so'],
  openblas: ['libopenblasp.so.0', 'libopenblas.so.0', 'libopenblaso.so.0', 'libopenblas.so'],
  blis: ['libblis-mt.so.5', 'libblis-mt.so.4', 'libblis-mt.so', 'libblis.so.4', 'libblis.so.3', 'libblis.so'],
};
const darwin: Files = {
  accelerate: ['/System/Library/Frameworks/Accelerate.framework/Accelerate'],
  mkl: ['libmkl_rt.2.dylib', 'libmkl_rt.dylib'],
  onednn: ['libdnnl.3.dylib', 'libdnnl.dylib'],
  openblas: [
    'libopenblas.0.dylib',
    'libopenblas.dylib',
    '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
    '/usr/local/opt/openblas/lib/libopenblas.dylib',
  ],
  blis: ['libblis.4.dylib', 'libblis.dylib', '/opt/homebrew/opt/blis/lib/libblis.dylib'],
};
const win32: Files = {
  mkl: ['mkl_rt.3.dll', 'mkl_rt.2.dll', 'mkl_rt.dll'],
  onednn: ['dnnl.dll'],
  openblas: ['libopenblas.dll', 'openblas.dll'],
  blis: ['AOCL-LibBlis-Win-MT-dll.dll', 'libblis.4.dll', 'libblis.dll'],
};

/** File names of a family on this platform. */
export function filesOf(kind: Kind): readonly string[] {
  const files = { darwin, win32 }[process.platform as string] ?? linux;
  return files[kind] ?? [];
}

export const isKind = (name: string): name is Kind => (kinds as readonly string[]).includes(name);

/**
 * How to get a library on a machine.
 * @param platform as `process.platform`
 * @param release  text of /etc/os-release on Linux
 */
export function installAdvice(platform: string = process.platform, release: string = osRelease()): string {
  if (platform === 'darwin') return 'brew install openblas';
  if (platform === 'win32') {
    return 'conda install -c conda-forge openblas, with its Library\\bin folder in PATH';
  }
  const names = [...release.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].flatMap(([, value]) =>
    value.replaceAll('"', '').split(' '),
  );
  const of = (...distributions: string[]) => distributions.some((name) => names.includes(name));
  if (of('debian', 'ubuntu')) return 'apt-get install libopenblas0';
  if (of('fedora', 'rhel', 'centos')) return 'dnf install openblas-threads';
  if (of('arch')) return 'pacman -S openblas';
  if (of('alpine')) return 'apk add openblas';
  if (of('suse', 'opensuse')) return 'zypper install libopenblas_pthreads0';
  return "the system's package manager, package openblas (Debian and Ubuntu: apt-get install libopenblas0)";
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
