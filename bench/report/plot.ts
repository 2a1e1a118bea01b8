/** A plot as SVG, readable on light and dark pages. */
import type { Plot } from '../measurement.ts';

const [WIDTH, HEIGHT] = [640, 320];
const EDGE = { left: 64, right: 24, top: 32, bottom: 48 };
const COLOURS = ['#16a34a', '#2563eb', '#d97706', '#9333ea'];
const TICKS = 5;

const text = (value: string): string => value.replace(/&/g, '&amp;').replace(/</g, '&lt;');

const number = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en');

export function svgOf({ title, x, y, lines }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const [mostX, mostY] = [Math.max(...points.map(([at]) => at)), Math.max(...points.map(([, at]) => at))];
  const px = (at: number): number => EDGE.left + (at / mostX) * (WIDTH - EDGE.left - EDGE.right);
  const py = (at: number): number => HEIGHT - EDGE.bottom - (at / mostY) * (HEIGHT - EDGE.top - EDGE.bottom);
  const label = (at: readonly [number, number], value: string, anchor: string): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}">${text(value)}</text>`;
  const shares = Array.from({ length: TICKS + 1 }, (_, tick) => tick / TICKS);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#71717a">`,
    `<title>${text(title)}</title>`,
    label([WIDTH / 2, 18], title, 'middle'),
    label([WIDTH / 2, HEIGHT - 8], x, 'middle'),
    label([EDGE.left - 8, 18], y, 'end'),
    ...shares.flatMap((share) => [
      `<line x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${py(share * mostY).toFixed(1)}" y2="${py(share * mostY).toFixed(1)}" stroke="#a1a1aa" stroke-opacity="0.3"/>`,
      label([EDGE.left - 8, py(share * mostY) + 4], number(share * mostY), 'end'),
      label([px(share * mostX), HEIGHT - EDGE.bottom + 18], number(share * mostX), 'middle'),
    ]),
    ...lines.flatMap((line, at) => {
      const colour = COLOURS[at % COLOURS.length] ?? '';
      const way = line.points.map(([a, b]) => `${px(a).toFixed(1)},${py(b).toFixed(1)}`);
      return [
        `<polyline points="${way.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...line.points.map(
          ([a, b]) => `<circle cx="${px(a).toFixed(1)}" cy="${py(b).toFixed(1)}" r="3" fill="${colour}"/>`,
        ),
      ];
    }),
    '</svg>\n',
  ].join('\n');
}
