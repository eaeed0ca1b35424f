import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file of the repository; tests run in its root. In a browser test/support/browser/read-text.ts stands in
 * for this.
 */
export const readText = (path: string): string => readFileSync(join(process.cwd(), path), 'utf8');
