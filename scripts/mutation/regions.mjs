/**
 * Which lines of a file are derivatives: whole functions whose first line matches `functions`, up to the closing brace in
 * its column, and single lines from where `lines` matches on. Comments, signatures, checks and unpacking are left alone.
 *
 * Gives the line's index and text, the column `from` which it may be broken, and the text of the function around it.
 */
export function derivativeLines(source, { functions, lines }) {
  const found = [];
  const all = source.split('\n');
  let inComment = false;
  let start = -1;
  let closes = /^\}/;
  let inBody = false;
  for (const [index, line] of all.entries()) {
    if (/^\s*\/\*/.test(line)) inComment = true;
    const comment = inComment || /^\s*\/\//.test(line);
    if (/\*\//.test(line)) inComment = false;
    if (comment) continue;
    if (functions?.test(line)) {
      start = index;
      closes = new RegExp(`^ {${line.search(/\S/)}}\\}`);
      inBody = /\{$/.test(line);
    } else if (start >= 0 && !inBody) {
      inBody = /^ *\).*\{$/.test(line);
    } else if (start >= 0 && closes.test(line)) {
      start = -1;
    } else if (start >= 0 && !/\b(check\w*|throw|import)\b|\.length\b|^\s*const \{/.test(line)) {
      const end = all.findIndex((other, i) => i > index && closes.test(other));
      found.push({ index, line, from: 0, scope: all.slice(start, end).join('\n') });
      continue;
    }
    const from = lines?.exec(line)?.index;
    if (from !== undefined) found.push({ index, line, from, scope: source });
  }
  return found;
}
