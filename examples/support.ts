const short = process.argv.includes('--short');

/** One of two settings: the one whose result the header states, or with `--short` one that ends within seconds. */
export const pick = <T>(full: T, small: T): T => (short ? small : full);

/** Processor time since the program began, which says the same on a busy machine. */
export const seconds = (): string => `${(process.cpuUsage().user / 1e6).toFixed(0)} s of processor time`;
