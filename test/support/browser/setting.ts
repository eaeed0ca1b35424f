/** What a script's address says after the question mark: the page's, or in a worker the script's own. */
export const setting = (name: string): string | null => new URLSearchParams(location.search).get(name);
