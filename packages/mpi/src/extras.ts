/** What a process wishes, as a number of the extras. */
export const GOES_ON = 0;
export const LEAVES = 1;
export const FAILED = 2;

/**
 * What the processes tell each other in every step besides gradients, as numbers that are added up. Each has
 * a place of its own for its wish, so that all know whose it is.
 */
export class Extras {
  readonly numbers: Float64Array;

  constructor(
    private readonly rank: number,
    private readonly size: number,
    parameters: number,
  ) {
    this.numbers = new Float64Array(new ArrayBuffer(8 * (3 + size + parameters)));
  }

  /** Before the sum. */
  begin(step: number): void {
    this.numbers.fill(0);
    this.numbers[2] = step;
  }

  wish(wish: number): void {
    this.numbers[3 + this.rank] = wish;
  }

  add(loss: number, count: number): void {
    this.numbers[0] += count;
    // The loss of no answers may be anything.
    if (count > 0) this.numbers[1] += loss * count;
  }

  /** Count and loss · count of the whole batch, where they were added up elsewhere. */
  set(weightedLoss: number, count: number): void {
    this.numbers[0] = count;
    this.numbers[1] = weightedLoss;
  }

  /** Parameter i has a gradient here. */
  flag(i: number): void {
    this.numbers[3 + this.size + i] = 1;
  }

  get count(): number {
    return this.numbers[0];
  }

  get loss(): number {
    return this.count === 0 ? 0 : this.numbers[1] / this.count;
  }

  isFlagged(i: number): boolean {
    return this.numbers[3 + this.size + i] > 0;
  }

  /** Whether all processes were in this step. */
  isStep(step: number): boolean {
    return this.numbers[2] === step * this.size;
  }

  /** The processes with this wish. */
  withWish(wish: number): number[] {
    return Array.from({ length: this.size }, (_, rank) => rank).filter(
      (rank) => this.numbers[3 + rank] === wish,
    );
  }
}
