import { BinChart, Figure, Segmented } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api';
import { Await } from '../../state/Await';

const measures = {
  logDensity: { label: 'Density', x: 'share of tokens active, log', log10: true },
  maxActivation: { label: 'Max', x: 'max activation', log10: false },
  decoderNorm: { label: 'Norm', x: 'decoder norm', log10: false },
  encoderCosine: { label: 'Cosine', x: 'encoder–decoder cosine', log10: false },
} as const;
type Measure = keyof typeof measures;
const names: Measure[] = ['logDensity', 'maxActivation', 'decoderNorm', 'encoderCosine'];

/** How the features of a dictionary are distributed, one measure at a time. */
export function Distributions({ digest, n }: { digest: string; n: number }) {
  const [measure, setMeasure] = useState<Measure>('logDensity');
  const query = useQuery(api.dictionaries.histograms.queryOptions({ digest }));
  const look = measures[measure];
  const bins = query.data?.[measure];
  return (
    <Figure
      title={look.label}
      name={`${digest.slice(0, 8)}-${measure}`}
      data={bins && { columns: ['from', 'to', 'features'], rows: bins.counts.map((bin, index) => [bins.edges[index] ?? null, bins.edges[index + 1] ?? null, bin]) }}
      actions={<Segmented label="Measure" value={measure} options={names.map((value) => ({ value, label: measures[value].label }))} onChange={setMeasure} />}
    >
      <Await query={query} what="distributions" lines={4}>
        {(data) => <BinChart bins={data[measure]} x={look.x} y={`of ${n} features`} log10={look.log10} height={180} label={`${look.x} of ${n} features`} />}
      </Await>
    </Figure>
  );
}
