import { join } from 'node:path';
import { bundlePrograms, root } from '../../esbuild.config.mjs';

/** Fixtures come from the server instead of the disk. */
const readFromServer = {
  name: 'read from the server',
  setup(build) {
    build.onResolve({ filter: /\/read-text\.js$/ }, () => ({
      path: join(root, 'test/support/browser/read-text.ts'),
    }));
  },
};

/** Bundles test files for a page, everything included; test/a.test.ts becomes <outdir>/test/a.test.js. */
export const bundleForPages = (files, outdir) =>
  bundlePrograms(files, outdir, {
    platform: 'browser',
    packages: 'bundle',
    sourcemap: false,
    logLevel: 'silent',
    // What they have in common is read by the browser once.
    splitting: true,
    inject: ['test/support/browser/kernels.ts'],
    plugins: [readFromServer],
  });
