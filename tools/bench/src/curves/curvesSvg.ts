import type { Curves, Point } from './point';

const [width, height, pad] = [250, 170, 38];
const perRow = 3;

/** Each curve as a small plot, both axes logarithmic: value over milliseconds; one line a number of threads. */
export function curvesSvg({ points }: Curves): string {
  const curves = [...new Set(points.map(({ curve }) => curve))];
  const rows = Math.ceil(curves.length / perRow);
  const plots = curves.map((curve, i) => {
    const place = `translate(${(i % perRow) * width},${Math.floor(i / perRow) * height})`;
    return `<g transform="${place}">${plot(curve, points.filter((point) => point.curve === curve))}</g>`;
  });
  const style = 'text{font:10px sans-serif;fill:#555}.t{font-size:11px;fill:#333}path{fill:none;stroke:#2b6cb0;stroke-width:1.5}.one{stroke:#b7791f;stroke-dasharray:4 3}.a{stroke:#bbb;stroke-width:1}';
  const size = `viewBox="0 0 ${perRow * width} ${rows * height}" width="${perRow * width}" height="${rows * height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img"><title>Measured cost over sizes and threads</title><style>${style}</style><rect width="100%" height="100%" fill="#fff"/>${plots.join('')}</svg>\n`;
}

function plot(curve: string, points: readonly Point[]): string {
  const ms = ({ seconds }: Point) => seconds * 1000;
  const scale = (values: number[], from: number, to: number) => {
    const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
    return (value: number) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from);
  };
  const x = scale(points.map((point) => point.x), pad, width - 14);
  const y = scale(points.map(ms), height - pad, 26);
  const lines = [...new Set(points.map(({ threads }) => threads))].map((threads) => {
    const line = points.filter((point) => point.threads === threads).sort((a, b) => a.x - b.x);
    const steps = line.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.x).toFixed(1)},${y(ms(point)).toFixed(1)}`);
    return `<path class="${threads === 1 ? 'one' : 'more'}" d="${steps.join('')}"><title>${threads} thread${threads > 1 ? 's' : ''}</title></path>`;
  });
  const values = [...new Set(points.map((point) => point.x))];
  const ticks = values.map((value) => `<text x="${x(value).toFixed(1)}" y="${height - pad + 14}" text-anchor="middle">${value}</text>`);
  const ends = [Math.min(...points.map(ms)), Math.max(...points.map(ms))];
  const labels = ends.map((value) => `<text x="${pad - 4}" y="${(y(value) + 3).toFixed(1)}" text-anchor="end">${value.toPrecision(2)}</text>`);
  const axes = `<path class="a" d="M${pad},20V${height - pad}H${width - 10}"/>`;
  return `<text class="t" x="${pad}" y="14">${curve}, ms</text>${axes}${ticks.join('')}${labels.join('')}${lines.join('')}`;
}
