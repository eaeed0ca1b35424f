import { UserError } from './user-error.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A parser of an option that takes an integer from `low` to `high`. */
export const integer =
  (flag: string, low: number, high: number) =>
  (text: string): number => {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
    throw new UserError(`${flag} must be an integer from ${low} to ${high}, got '${text}'`);
  };

/** A parser of an option that takes a number that `fits`; `expectation` says so in words. */
export const decimal =
  (flag: string, expectation: string, fits: (value: number) => boolean) =>
  (text: string): number => {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value) && fits(value)) return value;
    throw new UserError(`${flag} must be ${expectation}, got '${text}'`);
  };

/** A parser of an option that takes one of a few words. */
export const oneOf =
  <Word extends string>(flag: string, words: readonly Word[]) =>
  (text: string): Word => {
    const word = words.find((each) => each === text);
    if (word !== undefined) return word;
    throw new UserError(`${flag} must be one of ${words.join(', ')}, got '${text}'`);
  };
