/** SVG by hand: elements with escaped text, scales, ticks, and one style for light and dark. Lengths in pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Attributes are numbers, rounded to two decimals, or text; children are elements that are ready. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escaped(value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

export function label(
  text: string,
  at: {
    readonly x: number;
    readonly y: number;
    readonly anchor?: 'start' | 'middle' | 'end';
    readonly kind?: string;
  },
): string {
  const { x, y, anchor = 'start', kind = 'label' } = at;
  return element('text', { x, y, 'text-anchor': anchor, class: kind }, escaped(text));
}

/** What a line of text takes: letters of this font are rarely wider. */
export function textWidth(text: string, fontSize = FONT_SIZE): number {
  return text.length * fontSize * 0.62;
}

export const FONT_SIZE = 12;

export function picture({ width, height }: Size, title: string, content: readonly string[]): string {
  const body = [
    element('title', {}, escaped(title)),
    `<style>${STYLE}</style>`,
    element('rect', { class: 'paper', width, height }),
    ...content,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">\n${body.join('\n')}\n</svg>\n`;
}

/** From 0 to at least `most`, four steps at most, each 1, 2 or 5 times a power of ten. */
export function ticksUpTo(most: number): readonly number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((found) => found >= rough) as number;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** 1500 is 1.5k, 2000000 is 2M. */
export function compact(value: number): string {
  for (const [size, unit] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (Math.abs(value) >= size) return `${trimmed(value / size)}${unit}`;
  return trimmed(value);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Text as XML has it; what XML cannot have is left out. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

const STYLE = `
:root{--paper:#ffffff;--ink:#1b1f24;--faint:#d5dae0;--c0:#0b62a8;--c1:#b64a00;--c2:#0a7448;--c3:#8f3380;--c4:#6b5d00}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6e9ed;--faint:#3a424c;--c0:#6bb5f5;--c1:#ff9d5c;--c2:#5fd3a0;--c3:#e293d6;--c4:#d9c95a}}
.paper{fill:var(--paper)}
text{font:12px system-ui,sans-serif;fill:var(--ink)}
.head{font-size:15px;font-weight:600}
.axis{stroke:var(--ink);stroke-width:1}
.grid{stroke:var(--faint);stroke-width:1}
.line{fill:none;stroke-width:2}
${[0, 1, 2, 3, 4].map((at) => `.s${at}{stroke:var(--c${at})}.f${at}{fill:var(--c${at})}`).join('')}
.edge{stroke:var(--paper);stroke-width:1}
`;
