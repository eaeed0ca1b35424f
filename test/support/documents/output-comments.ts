/**
 * What the comments of a program say that it prints. They stand after a `console.log(…);`, and on the lines of their own right
 * below it:
 *
 *     console.log(loss.toFixed(4)); // 0.69…
 *     console.log(text);
 *     // first line
 *     // …
 *
 * `…` stands for any characters, and alone for any lines. A program with `console.log` states all that it prints.
 */

const COMMENT = /^\s*\/\/ ?(.*)$/;
const AT_THE_END = /;\s*\/\/ ?(.*)$/;
/** Looks like a value, so it must be one that is printed. */
const VALUE = /\/\/ ?(-?\d|true$|false$|\[)/;

/** The claims of a program in order, and complaints about its comments, as `line: what`. */
export function readClaims(lines: readonly string[]): { claims: string[]; complaints: string[] } {
  const claims: string[] = [];
  const complaints: string[] = [];
  let printing = false;
  let silent = 0;
  lines.forEach((line, i) => {
    const own = line.match(COMMENT);
    if (own !== null) {
      if (printing) {
        claims.push(own[1]);
        silent = 0;
      }
      return;
    }
    if (silent > 0) complaints.push(`${silent}: console.log without a comment that says what it prints`);
    silent = 0;
    // A call over several lines ends where its indentation does.
    const prints = /^\s*[^/]*console\.log\(/.test(line);
    const ends = /\);\s*(\/\/.*)?$/.test(line);
    printing = (prints || (printing && /^[\s)]/.test(line))) && line.trim() !== '';
    const trailing = line.match(AT_THE_END);
    if (printing && trailing !== null) claims.push(trailing[1]);
    else if (printing && ends) silent = i + 1;
    else if (VALUE.test(line)) complaints.push(`${i + 1}: states a value that is not printed`);
  });
  if (silent > 0) complaints.push(`${silent}: console.log without a comment that says what it prints`);
  return { claims, complaints };
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What is wrong with the output of a program, or null. */
export function compareOutput(output: string, claims: readonly string[]): string | null {
  const pattern = claims
    .map((claim) => {
      const text = claim.trimEnd();
      return text === '…' ? '(?:.*\\n)*?' : `${text.split('…').map(literally).join('.*')}[ ]*\\n`;
    })
    .join('');
  if (new RegExp(`^${pattern}$`).test(output)) return null;
  return `prints\n${output.replace(/^/gm, '    ')}\n  which is not\n${claims.join('\n').replace(/^/gm, '    ')}`;
}
