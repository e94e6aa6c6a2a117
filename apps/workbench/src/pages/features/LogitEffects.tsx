import type { FeaturePage } from '@sextant/schema';
import { Figure, heatColor, signed, tokenName } from '@sextant/ui';
import type { Feature } from './FeaturePage';

type Effect = FeaturePage['positiveLogits'][number];

/** Tokens the feature's decoder direction makes likelier (orange) and less likely (blue), through the unembedding. */
export function LogitEffects({ feature }: { feature: Feature }) {
  const { positiveLogits: up, negativeLogits: down } = feature;
  if (up.length + down.length === 0) return null;
  const max = Math.max(...[...up, ...down].map((effect) => Math.abs(effect.value)));
  return (
    <Figure
      title="Logit effects"
      note="W_U · d, centred"
      name={`feature-${feature.index}-logits`}
      data={{ columns: ['token', 'logit'], rows: [...up, ...down].map((effect) => [effect.token, effect.value]) }}
    >
      <div className="logits">
        <Side effects={up.slice(0, 10)} max={max} name="Raised" />
        <Side effects={down.slice(0, 10)} max={max} name="Lowered" />
      </div>
    </Figure>
  );
}

function Side({ effects, max, name }: { effects: readonly Effect[]; max: number; name: string }) {
  return (
    <ol aria-label={name}>
      {effects.map((effect, index) => (
        <li key={index} data-sign={effect.value < 0 ? 'negative' : 'positive'}>
          <code>{tokenName(effect.token)}</code>
          <span className="num">{signed(effect.value)}</span>
          <i style={{ width: `${(64 * Math.abs(effect.value)) / max}px`, background: heatColor(effect.value, max) }} />
        </li>
      ))}
    </ol>
  );
}
