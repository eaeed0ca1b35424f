const short = process.argv.includes('--short');

/** The full setting, whose result the header states, or with `--short` one that ends within seconds. */
export const pick = <T>(full: T, small: T): T => (short ? small : full);

/** Processor time since the program began; unlike wall time it hardly depends on the machine's load. */
export const seconds = (): string => `${(process.cpuUsage().user / 1e6).toFixed(0)} s of processor time`;
