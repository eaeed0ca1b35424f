/** A fenced block of a Markdown file. */
export interface Block {
  /** First word after the fence; '' for none. */
  language: string;
  /** The other words: `continued` goes on with the program of the block before, in the same file. */
  words: string[];
  lines: string[];
  /** Line of the file that `lines` begins at, counted from 1. */
  line: number;
}

const FENCE = /^(\s*)(`{3,}|~{3,})(.*)$/;

/** All fenced blocks. Throws when one is not closed. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: (Block & { fence: string }) | null = null;
  markdown.split('\n').forEach((text, i) => {
    const [, indent = '', fence = '', info = ''] = text.match(FENCE) ?? [];
    if (open !== null) {
      if (fence.startsWith(open.fence) && info.trim() === '') open = null;
      else open.lines.push(text);
    } else if (fence !== '') {
      // Inside of a list or a quotation the line numbers and the code would have to be cut out.
      if (indent !== '') throw new Error(`line ${i + 1}: a block must begin at the margin`);
      const [language = '', ...words] = info.trim().split(/\s+/);
      open = { language, words, lines: [], line: i + 2, fence };
      blocks.push(open);
    }
  });
  if (open !== null) throw new Error(`line ${(open as Block).line - 1}: the block is not closed`);
  return blocks;
}

/** The text without its blocks. */
function prose(markdown: string): string {
  return markdown.replace(/^(`{3,}|~{3,})[\s\S]*?^\1.*$/gm, '');
}

/** Targets of links to files, without what follows `#`. */
export function readLinks(markdown: string): string[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^(https?:|#)/.test(target))
    .map((target) => target.replace(/#.*$/, ''));
}

/** The rows of the tables below a heading, each a list of cells. */
export function readTable(markdown: string, heading: string): string[][] {
  const section = markdown.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\|[\s|:-]+$/.test(line))
    .map((line) => line.slice(1, -1).split(/(?<!\\)\|/))
    .map((cells) => cells.map((cell) => cell.trim()));
}
