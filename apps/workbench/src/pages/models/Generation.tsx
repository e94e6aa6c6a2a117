import { describeFault } from '@sextant/client';
import { ErrorState, Figure, fixed } from '@sextant/ui';
import { skipToken } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useState } from 'react';
import { api } from '../../api';
import { useKeys } from '../../shell/keys';

interface Settings {
  prompt: string;
  temperature: number;
  tokens: number;
  seed: number;
}

/** Continue a prompt, streamed. The output is model text: shown as text. */
export function Generation({ model, settings, onSettings }: { model: string; settings: Settings; onSettings: (next: Partial<Settings>) => void }) {
  const [draft, setDraft] = useState(settings.prompt);
  const [run, setRun] = useState<(Settings & { at: number }) | null>(null);
  const [output, setOutput] = useState('');
  const [rate, setRate] = useState<number | null>(null);
  const stream = useSubscription(
    api.models.generate.subscriptionOptions(
      run === null ? skipToken : { model, prompt: run.prompt, maxNewTokens: run.tokens, temperature: run.temperature, seed: run.seed },
      {
        onData: (event) => {
          if (event.type === 'token') return setOutput((old) => old + event.text);
          setOutput(event.text);
          setRate(event.tokensPerSecond);
          setRun(null);
        },
      },
    ),
  );
  const failed = run !== null ? stream.error : null;
  const streaming = run !== null && !failed;
  const go = () => {
    setOutput('');
    setRate(null);
    onSettings({ ...settings, prompt: draft });
    setRun({ ...settings, prompt: draft, at: Date.now() });
  };
  useKeys([{ key: 'mod+Enter', label: 'generate', run: go, always: true }, ...(streaming ? [{ key: 'Escape', label: 'stop', run: () => setRun(null), always: true }] : [])]);
  return (
    <Figure title="Generate" note={rate === null ? 'streamed' : `${fixed(rate, 1)} tokens/s`}>
      <textarea className="input" aria-label="Prompt" rows={3} value={draft} onChange={(event) => setDraft(event.target.value)} placeholder="A prompt to continue" />
      <div className="filters">
        <Number label="temperature" value={settings.temperature} step={0.1} onChange={(temperature) => onSettings({ temperature })} />
        <Number label="tokens" value={settings.tokens} step={1} onChange={(tokens) => onSettings({ tokens })} />
        <Number label="seed" value={settings.seed} step={1} onChange={(seed) => onSettings({ seed })} />
        {streaming
          ? <button type="button" className="button primary" onClick={() => setRun(null)}>Stop <kbd>Esc</kbd></button>
          : <button type="button" className="button primary" disabled={draft === ''} onClick={go}>Generate</button>}
      </div>
      {failed && <ErrorState title="Generation stopped" fault={describeFault(failed)} onRetry={go} />}
      {output !== '' && <p className="reply" dir="auto">{output}</p>}
    </Figure>
  );
}

function Number({ label, value, step, onChange }: { label: string; value: number; step: number; onChange: (value: number) => void }) {
  return (
    <label className="setting">
      <span>{label}</span>
      <input className="input" type="number" min={0} step={step} value={value} onChange={(event) => onChange(event.target.valueAsNumber || 0)} />
    </label>
  );
}
