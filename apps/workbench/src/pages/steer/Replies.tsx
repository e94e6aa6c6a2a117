import { bounds, Figure, fixed, HeatLegend, magnitude, percent, Segmented, signed, TokenBars, TokenHeatmap, tokenName } from '@sextant/ui';
import { useState } from 'react';
import { HEAT_NATS, perplexity, rangeOf, type Range, type SteeredToken, type Transcript } from './transcript';

type Side = 'baseline' | 'steered';

/** Both replies with one colour scale, the token pointed at, per-token measures, and what the intervention cost. */
export function Replies({ transcript, running, selected, onSelect }: {
  transcript: Transcript;
  running: boolean;
  selected: number | null;
  onSelect: (token: number | null) => void;
}) {
  const [side, setSide] = useState<Side>('steered');
  const [hovered, setHovered] = useState<number | null>(null);
  const max = HEAT_NATS;
  const tokens = transcript[side];
  const at = hovered ?? selected;
  const started = transcript.baseline.length + transcript.steered.length > 0;
  if (!started && !running) return null;
  return (
    <>
      <div className="columns halves replies">
        {(['baseline', 'steered'] as const).map((name) => (
          <Reply
            key={name}
            name={name}
            tokens={transcript[name]}
            max={max}
            running={running}
            rate={transcript.summary?.tokensPerSecond ?? null}
            selected={name === side ? at : null}
            onSelect={(token) => {
              setSide(name);
              onSelect(token);
            }}
          />
        ))}
      </div>
      <div className="reply-line row-line">
        <span className="note">Token colour: log p steered − log p baseline, nats, fixed over both panes</span>
        <HeatLegend max={max} diverging />
        <TokenFacts token={at === null ? undefined : tokens[at]} />
      </div>
      <div className="columns reply-figures">
        <Figure
          title={`Per token of the ${side} reply`}
          name={`steer-${side}`}
          data={{ columns: ['token', 'log p', 'delta', 'kl', 'normRatio'], rows: tokens.map((token) => [token.token, token.logProb, token.delta, token.kl, token.normRatio]) }}
          actions={<Segmented label="Reply" value={side} options={[{ value: 'baseline', label: 'Baseline' }, { value: 'steered', label: 'Steered' }]} onChange={setSide} />}
        >
          <TokenBars tokens={tokens} max={max} selected={at} onSelect={setHovered} label={`Per-token measures of the ${side} reply`} />
        </Figure>
        <Summary transcript={transcript} />
      </div>
    </>
  );
}

function Reply({ name, tokens, max, running, rate, selected, onSelect }: {
  name: Side;
  tokens: readonly SteeredToken[];
  max: number;
  running: boolean;
  rate: number | null;
  selected: number | null;
  onSelect: (token: number) => void;
}) {
  const ppl = perplexity(tokens);
  return (
    <Figure
      title={name === 'baseline' ? 'Baseline' : 'Steered'}
      note={`${tokens.length} tokens · ${running ? 'streaming' : 'done'}`}
      actions={<>{ppl !== null && <span>ppl {fixed(ppl, 1)}</span>}{rate !== null && <span>{fixed(rate, 0)} tok/s</span>}</>}
    >
      <p className="reply-text" aria-live="off">
        <TokenHeatmap
          tokens={tokens.map((token) => token.token)}
          values={tokens.map((token) => token.delta ?? 0)}
          max={max}
          label={`${name} reply`}
          selected={selected}
          onSelect={onSelect}
          describe={(index) => <TokenTip token={tokens[index]} />}
          tail={running ? <span className="cursor" aria-hidden="true" /> : undefined}
        />
      </p>
    </Figure>
  );
}

function TokenTip({ token }: { token: SteeredToken | undefined }) {
  if (!token) return null;
  return (
    <>
      <span>Δ {signed(token.delta)}</span>
      <span>p {probability(token.logProb)}</span>
      <span>KL {fixed(token.kl)}</span>
      <span>token {token.index}</span>
    </>
  );
}

const probability = (logProb: number) => percent(Math.exp(logProb), Math.exp(logProb) < 0.01 ? 2 : 0);

/** The pointed token in words, under the replies. */
function TokenFacts({ token }: { token: SteeredToken | undefined }) {
  if (!token) return <span className="token-facts note">point at a token</span>;
  return (
    <span className="token-facts note">
      <b>“{tokenName(token.token).replace('␣', '')}”</b> Δ {signed(token.delta)} · p {probability(token.logProb)} · KL {fixed(token.kl)}{token.normRatio !== null && <> · ‖Δh‖/‖h‖ {magnitude(token.normRatio)}</>}
    </span>
  );
}

function Summary({ transcript }: { transcript: Transcript }) {
  const norm = rangeOf(transcript.steered, 'normRatio');
  const kl = rangeOf(transcript.steered, 'kl');
  const { summary } = transcript;
  const row = (name: string, range: Range | null) => (
    <tr><td>{name}</td><td className="num">{fixed(range?.mean)}</td><td className="num dim">{range ? bounds(range) : ''}</td></tr>
  );
  return (
    <Figure title="This reply" note="mean, and range over its tokens">
      <table className="table tight">
        <thead><tr><th scope="col">measure</th><th scope="col" className="num">mean</th><th scope="col" className="num">range</th></tr></thead>
        <tbody>
          {row('‖Δh‖ / ‖h‖', norm)}
          {row('KL, nats', kl)}
          <tr><td>perplexity ratio</td><td className="num">{fixed(summary?.perplexityRatio)}</td><td className="num dim">{summary ? 'under the baseline' : ''}</td></tr>
        </tbody>
      </table>
      <p className="note">One prompt is an anecdote: a study gives an effect with an interval and controls.</p>
    </Figure>
  );
}
