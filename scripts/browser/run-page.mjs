import { stripVTControlCharacters } from 'node:util';

const TIMEOUT_MS = 180_000;

/**
 * Opens a page that runs a file of uvu tests, and waits for uvu's last line.
 * @returns how it ended, as parse-uvu-output.mjs reads it
 */
export async function runPage(browser, url) {
  const started = performance.now();
  // A context of its own: no page shares a process with another one, nor finds anything that it left.
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    let output = '';
    const { code, limit } = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ code: null, limit: TIMEOUT_MS / 1000 }), TIMEOUT_MS);
      const end = (result) => {
        clearTimeout(timer);
        resolve({ limit: 0, ...result });
      };
      const fail = (reason) => {
        output += `${reason}\n`;
        end({ code: 1 });
      };
      page.on('console', (message) => {
        const text = stripVTControlCharacters(message.text());
        // uvu writes a mark for each test; here every one would have a line of its own.
        if (!/^\s*[•✘]\s*$/.test(text)) output += `${text}\n`;
        if (/^\s*Duration:/.test(text)) end({ code: 0 });
      });
      page.on('pageerror', (error) => fail(error.stack));
      page.on('response', (response) => {
        if (response.status() >= 400) fail(`${response.url()}: ${response.status()}`);
      });
      page.on('close', () => fail('the page was closed'));
      page.on('crash', () => fail('the page crashed'));
      page.goto(url).catch((error) => fail(error.message));
    });
    return { code, limit, output, seconds: (performance.now() - started) / 1000 };
  } finally {
    await context.close();
  }
}
