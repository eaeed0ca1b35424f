import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { root } from '../../esbuild.config.mjs';
import { SETTINGS } from './settings.mjs';

const TYPES = { js: 'text/javascript', json: 'application/json' };

/** A page that does nothing but run a script, in itself or in a worker. */
function pageOf(script, inWorker) {
  const run = inWorker
    ? `<script>new Worker('${script}', { type: 'module' });</script>`
    : `<script type="module" src="${script}"></script>`;
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${run}`;
}

/**
 * Serves, on this machine alone:
 *
 *     /<setting>/page?script=<path>&<rest>   a page that runs /<setting>/<path>?<rest>; with in=worker, in a worker
 *     /<setting>/<path>                      a built script or a fixture
 *
 * all of them with the setting's headers.
 *
 * @param outdir the folder of the built scripts, relative to the root
 * @returns the address, and a function that ends the server
 */
export async function serve(outdir) {
  const served = new RegExp(`^(${outdir}/[\\w./-]+\\.js|test/fixtures/\\w+\\.json)$`);
  const answer = async (url) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const [, setting, path] = pathname.match(/^\/([\w-]+)\/(.+)$/) ?? [];
    const headers = SETTINGS[setting];
    if (headers === undefined) return { status: 404 };
    if (path === 'page') {
      const { script, in: place, ...rest } = Object.fromEntries(searchParams);
      const body = pageOf(`/${setting}/${script}?${new URLSearchParams(rest)}`, place === 'worker');
      return { status: 200, headers: { ...headers, 'Content-Type': 'text/html' }, body };
    }
    if (!served.test(path) || path.includes('..')) return { status: 404 };
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)];
    return {
      status: 200,
      headers: { ...headers, 'Content-Type': type },
      body: await readFile(join(root, path)),
    };
  };
  const server = createServer(async (request, response) => {
    const { status, headers, body } = await answer(request.url).catch(() => ({ status: 404 }));
    response.writeHead(status, headers).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close: () => server.close(),
  };
}
