import { join } from 'node:path';
import { bundlePrograms, root } from '../../esbuild.config.mjs';

/** Where a test file is after it was built into a folder. */
export const builtPath = (folder, file) => join(root, folder, file.replace(/\.ts$/, '.js'));

/** Puts another module, a path below the root, in the place of uvu. */
export const inPlaceOfUvu = (path) => ({
  name: 'in place of uvu',
  setup: (build) =>
    build.onResolve({ filter: /^uvu$/ }, ({ importer }) =>
      importer === join(root, path) ? undefined : { path: join(root, path) },
    ),
});

/**
 * Bundles all files at once; when that fails, one by one, so that one broken file does not hide the others.
 * @param options for the bundler
 * @param broken is called with a file that cannot be built, and why
 * @returns the files that were built
 */
export async function bundleTests(files, outdir, options, broken) {
  const all = { logLevel: 'silent', ...options };
  try {
    await bundlePrograms(files, outdir, all);
    return files;
  } catch {
    const good = [];
    for (const file of files) {
      try {
        await bundlePrograms([file], outdir, all);
        good.push(file);
      } catch (error) {
        broken(file, error.message);
      }
    }
    return good;
  }
}
