import type { Candidate } from '@sextant/schema';
import { dose, Figure, fixed, signed, typographic } from '@sextant/ui';
import { RecordTable, type Column } from '../../table/RecordTable';
import type { StudyDetail } from './StudyPage';

/** Every feature the rule looked at, with what each step measured on split A and why it was kept or dropped. */
export function Candidates({ study, keptOnly, onKept }: { study: StudyDetail; keptOnly: boolean; onKept: (kept: boolean) => void }) {
  const doses = [...new Set(study.candidates.flatMap((candidate) => candidate.screenEffects.map((effect) => effect.dose)))].sort((left, right) => left - right);
  const columns: Column<Candidate>[] = [
    { key: 'feature', head: 'feature', cell: (row) => <code>{row.feature}</code> },
    { key: 'label', head: 'label', className: 'clip', width: '18%', cell: (row) => row.label ?? <span className="faint">(unlabelled)</span> },
    { key: 'd', head: 'd′', num: true, cell: (row) => fixed(row.dPrime) },
    { key: 'attribution', head: 'attribution', num: true, cell: (row) => signed(row.attribution) },
    ...doses.map((value): Column<Candidate> => ({
      key: `dose${value}`,
      head: `Δ at ${dose(value)}`,
      num: true,
      cell: (row) => signed(row.screenEffects.find((effect) => effect.dose === value)?.estimate),
    })),
    { key: 'kept', head: 'kept', cell: (row) => (row.kept ? '✓' : <span className="faint">–</span>) },
    { key: 'reason', head: 'why', className: 'clip', width: '34%', cell: (row) => <span className="dim" title={typographic(row.reason)}>{typographic(row.reason)}</span> },
  ];
  const rows = keptOnly ? study.candidates.filter((candidate) => candidate.kept) : study.candidates;
  if (study.candidates.length === 0) return null;
  return (
    <Figure
      title="Candidates"
      note={`${study.candidates.length} on split A: separation, attribution, then exact clamps`}
      actions={<label><input type="checkbox" checked={keptOnly} onChange={(event) => onKept(event.target.checked)} /> kept only</label>}
    >
      <RecordTable
        label="candidates"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.feature}
        link={(row) => ({ to: '/features/$dictionary/$index', params: { dictionary: study.plan.dictionary, index: row.feature } })}
      />
    </Figure>
  );
}
