/** Reads markdown as far as the checks need it: links, headings, marked regions. Code is not text. */
import { posix } from 'node:path';

export interface Link {
  readonly line: number;
  /** As written: a path, with or without an anchor. */
  readonly target: string;
}

/** Links to other files and places, in order; those to the web are left out. */
export function relativeLinks(text: string): Link[] {
  return withoutCode(text)
    .split('\n')
    .flatMap((content, at) =>
      [...content.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\s*\[[^\]]+\]:\s*(\S+)/g)].map((match) => ({
        line: at + 1,
        target: (match[1] ?? match[2]) as string,
      })),
    )
    .filter(({ target }) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** The path from the root that a link in a file points to, and the heading it wants there. */
export function resolveLink(path: string, target: string): { path: string; anchor: string | null } {
  const [file, anchor] = target.split('#') as [string, string | undefined];
  const resolved = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), decodeURI(file)));
  return { path: resolved.replace(/\/$/, ''), anchor: anchor ?? null };
}

/** The anchors of a page's headings, as the usual viewers make them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutCode(text, 'fences').matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const slug = (heading as string)
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let unique = slug;
    for (let count = 1; anchors.has(unique); count++) unique = `${slug}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** A region between `<!-- run NAME -->` and `<!-- end -->`, and the text it holds. */
export interface Region {
  readonly name: string;
  readonly body: string;
}

const REGION = /<!-- run ([\w-]+) -->\n([\s\S]*?)<!-- end -->/g;

export function regionsOf(text: string): Region[] {
  return [...text.matchAll(REGION)].map(([, name, body]) => ({ name: name as string, body: body as string }));
}

/** The page with each region's body made anew. */
export function fillRegions(text: string, bodyOf: (name: string) => string): string {
  return text.replace(REGION, (_all, name: string) => `<!-- run ${name} -->\n${bodyOf(name)}<!-- end -->`);
}

/** A table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

/** Fenced blocks, and with `all` also inline code, blanked out; line numbers stay. */
function withoutCode(text: string, what: 'all' | 'fences' = 'all'): string {
  const blank = (code: string) => code.replace(/[^\n]/g, ' ');
  const fences = text.replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, blank);
  return what === 'fences' ? fences : fences.replace(/`[^`\n]*`/g, blank);
}
