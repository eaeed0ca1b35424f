/** Numbers for people: three figures. */

/** @param milliseconds of time */
export function formatTime(milliseconds) {
  if (milliseconds < 1) return `${figures(1000 * milliseconds)} µs`;
  if (milliseconds < 10_000) return `${figures(milliseconds)} ms`;
  return `${figures(milliseconds / 1000)} s`;
}

/** How many times as fast, as `2.5x`. */
export const formatRatio = (ratio) => `${ratio >= 10 ? Math.round(ratio) : Number(ratio.toPrecision(2))}x`;

export const formatBytes = (bytes) =>
  bytes < 1e6 ? `${figures(bytes / 1000)} kB` : `${figures(bytes / 1e6)} MB`;

const figures = (value) => {
  if (value >= 100) return String(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : 2);
};

/** A Markdown table of strings. */
export function formatTable(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
