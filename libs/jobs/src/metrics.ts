import type { MetricPoint } from '@sextant/schema';
import { tables, type Lab } from '@sextant/store';
import { asc, eq } from 'drizzle-orm';

const { metricPoint } = tables;

/** Numbers a job measured on its way, by name and step. */
export class MetricLog {
  constructor(private readonly lab: Lab) {}

  /** Records points; a step that is measured again after a restart replaces the old value. */
  add(jobId: string, points: MetricPoint[]): void {
    const insert = this.lab.connection.prepare('INSERT OR REPLACE INTO metric_point (job, name, step, value) VALUES (?, ?, ?, ?)');
    this.lab.transact(() => {
      for (const { name, step, value } of points) insert.run(jobId, name, step, value);
    });
  }

  points(jobId: string): MetricPoint[] {
    return this.lab.orm
      .select({ name: metricPoint.name, step: metricPoint.step, value: metricPoint.value })
      .from(metricPoint)
      .where(eq(metricPoint.job, jobId))
      .orderBy(asc(metricPoint.name), asc(metricPoint.step))
      .all();
  }

  /** The same points as one row a step, for drawing: `{ step, loss, l0, … }`. */
  curve(jobId: string): ({ step: number } & Record<string, number>)[] {
    const rows = new Map<number, { step: number } & Record<string, number>>();
    for (const { name, step, value } of this.points(jobId)) {
      const row = rows.get(step) ?? { step };
      row[name] = value;
      rows.set(step, row);
    }
    return [...rows.values()].sort((a, b) => a.step - b.step);
  }
}
