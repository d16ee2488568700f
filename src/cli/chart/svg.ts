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

interface Colours {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly series: readonly string[];
}

const LIGHT: Colours = {
  paper: '#ffffff',
  ink: '#1b1f24',
  faint: '#d5dae0',
  series: ['#0b62a8', '#b64a00', '#0a7448', '#8f3380', '#6b5d00', '#a3133f', '#44525f'],
};

const DARK: Colours = {
  paper: '#14181d',
  ink: '#e6e9ed',
  faint: '#3a424c',
  series: ['#6bb5f5', '#ff9d5c', '#5fd3a0', '#e293d6', '#d9c95a', '#ff8fa8', '#a9b7c6'],
};

/** Colours as plain rules, the dark ones after the light: programs that know neither variables nor media queries draw light. */
function painted({ paper, ink, faint, series }: Colours): string {
  const lines = series.map((colour, at) => `.s${at}{stroke:${colour}}.f${at}{fill:${colour}}`).join('');
  return `.paper{fill:${paper}}text{fill:${ink}}.axis{stroke:${ink}}.grid{stroke:${faint}}.edge{stroke:${paper}}${lines}`;
}

const STYLE = `
text{font:12px system-ui,sans-serif}
.head{font-size:15px;font-weight:600}
.axis,.grid,.edge{stroke-width:1}
.line,.axis,.grid{fill:none}
.line{stroke-width:2}
${painted(LIGHT)}
@media (prefers-color-scheme:dark){${painted(DARK)}}
`;
