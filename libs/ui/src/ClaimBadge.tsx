import type { ClaimStatus } from '@sextant/schema';
import './ClaimBadge.css';

/** Each glyph is the interval its word stands for, drawn beside a zero line. */
const glyphs: Record<ClaimStatus, { zero: number | null; draw: () => React.ReactNode }> = {
  proposed: { zero: 3, draw: () => <line x1={6} x2={16} y1={6} y2={6} strokeDasharray="2 2" /> },
  screened: { zero: 3, draw: () => <Whisker from={6} to={16} dot={11} filled={false} /> },
  confirmed: { zero: 3, draw: () => <Whisker from={6} to={16} dot={11} filled /> },
  null: { zero: null, draw: () => <><Bound x={4} /><Bound x={14} /><Whisker from={6} to={12} dot={9} filled /></> },
  refuted: { zero: 15, draw: () => <Whisker from={2} to={12} dot={7} filled /> },
  inconclusive: { zero: 9, draw: () => <Whisker from={0} to={18} dot={9} filled /> },
};

function Bound({ x }: { x: number }) {
  return <line x1={x} x2={x} y1={1.5} y2={10.5} />;
}

function Whisker({ from, to, dot, filled }: { from: number; to: number; dot: number; filled: boolean }) {
  return (
    <>
      <line x1={from} x2={to} y1={6} y2={6} />
      <circle cx={dot} cy={6} r={2.2} className={filled ? 'glyph-filled' : 'glyph-hollow'} />
    </>
  );
}

/** The claim's status as a drawing of its interval; `null` means "measured, and inside the bounds of no effect". */
export function ClaimGlyph({ status }: { status: ClaimStatus }) {
  const { zero, draw } = glyphs[status];
  return (
    <svg className="claim-glyph" data-status={status} width={18} height={12} viewBox="0 0 18 12" aria-hidden="true">
      {zero !== null && <line className="glyph-zero" x1={zero} x2={zero} y1={0.5} y2={11.5} />}
      {draw()}
    </svg>
  );
}

/** Status as a word with its glyph. `plain` drops the outline, for table rows. */
export function ClaimBadge({ status, plain = false }: { status: ClaimStatus; plain?: boolean }) {
  return (
    <span className="claim-badge" data-status={status} data-plain={plain || undefined}>
      <ClaimGlyph status={status} />
      {status}
    </span>
  );
}
