/** Whether a path or a title contains one of the words, in whatever case. */
export const matches = (text, words) => words.some((word) => text.toLowerCase().includes(word.toLowerCase()));
