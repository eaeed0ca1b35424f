/**
 * Which lines of a file are derivatives: whole functions whose first line matches `functions`, up to the closing brace in
 * column 0, and single lines from where `lines` matches on. Comments, signatures and checks are left alone.
 */
export function derivativeLines(source, { functions, lines }) {
  const found = [];
  let inside = false;
  let inBody = false;
  let inComment = false;
  for (const [index, line] of source.split('\n').entries()) {
    if (/^\s*\/\*/.test(line)) inComment = true;
    const comment = inComment || /^\s*(\/\/|\*)/.test(line);
    if (/\*\//.test(line)) inComment = false;
    if (comment) continue;
    if (functions?.test(line)) {
      inside = true;
      inBody = /\{$/.test(line);
    } else if (inside && !inBody) {
      inBody = /^\).*\{$|=> \{?$/.test(line);
    } else if (inside && /^[})]/.test(line)) {
      inside = false;
    } else if (inside && !/\b(check\w*|throw|import)\b|\.length\b/.test(line)) {
      found.push({ index, line, from: 0 });
      continue;
    }
    const start = lines?.exec(line)?.index;
    if (start !== undefined) found.push({ index, line, from: start });
  }
  return found;
}
