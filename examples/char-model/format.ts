const grouped = new Intl.NumberFormat('en-US');

/** 2281623 is 2,281,623. */
export const formatCount = (n: number): string => grouped.format(Math.round(n));

/** A loss per character, in nats (base e) and in bits (base 2). */
export const formatLoss = (nats: number): string =>
  `${nats.toFixed(3)} nats  ${(nats / Math.LN2).toFixed(3)} bits/char`;

/** 8 s, 1 min 35 s, 2 h 03 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

// What moves the cursor, rings or recolours: every control character but the new line and the tab.
const CONTROL = /(?![\n\t])\p{Cc}/gu;

/** Text of unknown content, made harmless for a terminal. */
export const printable = (text: string): string => text.replace(CONTROL, '\ufffd');

/** Sets a text apart from the program's own lines. */
export const quote = (text: string): string =>
  printable(text)
    .split('\n')
    .map((line) => `  | ${line}\n`)
    .join('');
