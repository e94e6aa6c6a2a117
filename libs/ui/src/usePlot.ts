import type * as PlotModule from '@observablehq/plot';
import { useEffect, useRef } from 'react';
import { useWidth } from './useWidth';

export type Plot = typeof PlotModule;
let loading: Promise<Plot> | undefined;
let turn: Promise<unknown> = Promise.resolve();

/** Plot, in a turn of the event loop of one's own: several charts of a page never add up to one long task. */
function plotInTurn(): Promise<Plot> {
  loading ??= import('@observablehq/plot');
  const mine = Promise.all([loading, turn]).then(([plot]) => new Promise<Plot>((resolve) => setTimeout(() => resolve(plot))));
  turn = mine;
  return mine;
}

/**
 * Draws with Observable Plot into the returned element, again on every change of data or width. Plot is fetched
 * once, on first use, so that a page is readable before its charts are.
 */
export function usePlot(draw: (plot: Plot, width: number) => Element) {
  const [box, width] = useWidth<HTMLDivElement>(300);
  const current = useRef(draw);
  current.current = draw;
  useEffect(() => {
    let stale = false;
    void plotInTurn().then((plot) => {
      if (stale) return;
      const drawing = current.current(plot, width);
      // Plot brings a <style> of its own, which the page's content security policy refuses; LineChart.css says the same.
      drawing.querySelectorAll('style').forEach((style) => style.remove());
      box.current?.replaceChildren(drawing);
    });
    return () => {
      stale = true;
    };
  }, [box, width, draw]);
  return box;
}
