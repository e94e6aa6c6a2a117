import type { Histogram } from '@sextant/schema';
import { useCallback } from 'react';
import { usePlot, type Plot } from './usePlot';
import './LineChart.css';

export interface BinChartProps {
  bins: Histogram;
  x: string;
  y: string;
  /** Prints edges as powers of ten: the edges are log₁₀ of the measure. */
  log10?: boolean;
  /** A value of the axis marked in orange, with its name. */
  marked?: { at: number; name: string };
  height?: number;
  label: string;
}

/** Counts between given edges, grey: a distribution is context, its one marked member is the data. */
export function BinChart({ bins, x, y, log10 = false, marked, height = 170, label }: BinChartProps) {
  const draw = useCallback(
    (plot: Plot, width: number) => {
      const data = bins.counts.map((count, index) => ({ lo: bins.edges[index] ?? 0, hi: bins.edges[index + 1] ?? 0, count }));
      const power = (value: number) => (value === 0 ? '1' : `10${[...String(value)].map((digit) => ({ '-': '⁻' })[digit] ?? '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`);
      return plot.plot({
        width,
        height,
        marginLeft: 40,
        marginRight: 12,
        marginTop: 20,
        marginBottom: 34,
        className: 'plot',
        x: { label: `${x} →`, labelAnchor: 'right', labelArrow: 'none', tickSize: 4, ticks: Math.max(3, Math.floor(width / 70)), tickFormat: log10 ? (value: number) => (Number.isInteger(value) ? power(value) : '') : undefined },
        y: { label: `↑ ${y}`, labelArrow: 'none', grid: true, tickSize: 0, ticks: 4, nice: true },
        marks: [
          plot.rectY(data, { x1: 'lo', x2: 'hi', y: 'count', fill: 'var(--ctl)', insetLeft: 0.5, insetRight: 0.5, title: (bin: { lo: number; hi: number; count: number }) => `${bin.count} between ${Number(bin.lo.toPrecision(3))} and ${Number(bin.hi.toPrecision(3))}` }),
          ...(marked ? [plot.ruleX([marked.at], { stroke: 'var(--mark)', strokeWidth: 1.8 }), plot.text([marked.name], { x: [marked.at], frameAnchor: 'top', textAnchor: 'start', dx: 5, dy: -2, fill: 'var(--ink)' })] : []),
        ],
      });
    },
    [bins, x, y, log10, marked, height],
  );
  const box = usePlot(draw);
  return <div ref={box} className="bin-chart" style={{ minHeight: height }} role="img" aria-label={label} />;
}
