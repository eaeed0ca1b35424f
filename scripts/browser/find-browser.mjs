import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
/** Where installers put them that add nothing to the PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

export const ADVICE =
  'install Chromium or Chrome (Debian and Ubuntu: apt-get install chromium; macOS: brew install --cask chromium), ' +
  'or name the program: RETROGRAD_BROWSER=<path>';

/**
 * The Chromium to test in: the program that RETROGRAD_BROWSER names, else the first one installed.
 * @returns its path, or null when there is none
 * @throws Error when RETROGRAD_BROWSER names no program
 */
export function findBrowser() {
  const named = process.env.RETROGRAD_BROWSER;
  if (named) {
    if (!isProgram(named)) throw new Error(`RETROGRAD_BROWSER must name a program, got '${named}'`);
    return named;
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, ...PLACES].find(isProgram) ?? null;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
