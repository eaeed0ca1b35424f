import { listTests } from '../../esbuild.config.mjs';
import { KERNELS, runsOnAllKernels } from '../testing/kernel-sets.mjs';

/** Tests of what computes. */
const COMPUTES = /^test\/(arrays|autograd|cross-check|kernels|recurrent|nn|utils)\//;
/** Those among them that ask Node: for other processes, for the memory in use, for the sources. */
const NEEDS_NODE =
  /^test\/(arrays\/code-generation|autograd\/(long-chains|memory)|kernels\/(selection|threads)|recurrent\/(memory|streaming)|nn\/(bundle|memory))\.test/;

/**
 * All pages: which file runs in which setting (settings.mjs), with what after the question mark of its address. Of the default kernels
 * one page has memory that threads can share, of the others none.
 */
export function listPages() {
  const tests = listTests().filter((file) => COMPUTES.test(file) && !NEEDS_NODE.test(file));
  const numeric = KERNELS.flatMap((kernels) =>
    tests
      .filter((file) => kernels === 'wasm' || runsOnAllKernels(file))
      .map((file) => page(file, kernels === 'wasm' ? 'isolated' : 'ordinary', { kernels }, `[${kernels}]`)),
  );
  return [...scenes(), ...numeric];
}

function scenes() {
  const threads = 'test/browser/threads.page.ts';
  const training = 'test/browser/training.page.ts';
  const policy = 'test/browser/policy.page.ts';
  return [
    page(threads, 'isolated', { threads: '2' }),
    page(threads, 'ordinary', { threads: '1' }),
    page(threads, 'no-workers', { threads: '1' }),
    page(threads, 'isolated', { threads: '2', in: 'worker' }, '[isolated, in a worker]'),
    page(threads, 'ordinary', { threads: '1', in: 'worker' }, '[ordinary, in a worker]'),
    page(training, 'isolated', { kernels: 'wasm', threads: '2' }, '[isolated, wasm, 2 threads]'),
    ...KERNELS.map((kernels) => page(training, 'ordinary', { kernels }, `[ordinary, ${kernels}]`)),
    page(policy, 'no-eval', { forbids: 'code' }),
    page(policy, 'no-eval-no-wasm', { forbids: 'code,wasm' }),
    ...['wasm', 'plain'].map((kernels) => page(policy, 'ordinary', { kernels }, `[no policy, ${kernels}]`)),
    page(threads, 'no-eval', { threads: '1' }),
    page(threads, 'no-eval-isolated', { threads: '2' }),
    page(training, 'no-eval'),
    page(training, 'no-eval-no-wasm'),
  ];
}

const page = (file, setting, query = {}, remark = `[${setting}]`) => ({
  name: `${file} ${remark}`,
  file,
  setting,
  query,
});

/** The address of a page. */
export function urlOf({ file, setting, query }, address, outdir) {
  const script = `${outdir}/${file.replace(/\.ts$/, '.js')}`;
  return `${address}/${setting}/page?${new URLSearchParams({ script, ...query })}`;
}
