import { count, fixed, hookShort, magnitude, percent, shortHash, StatStrip, StatTile } from '@sextant/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { api, type RouterOutputs } from '../../api';
import { command } from '../../commands';
import { useKeys } from '../../shell/keys';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { Activations } from './Activations';
import { FeatureClaims } from './FeatureClaims';
import { FeatureLabel } from './FeatureLabel';
import { Intervals } from './Intervals';
import { LogitEffects } from './LogitEffects';
import { Neighbours } from './Neighbours';
import { TestText } from './TestText';
import { TopExamples } from './TopExamples';
import { useIndexed } from './useIndexed';
import './features.css';

const route = getRouteApi('/features/$dictionary/$index');
export type Feature = RouterOutputs['features']['get'];

/** One feature: where it fires, what it writes, what is near it, what it was shown to do. */
export function FeaturePage() {
  const { dictionary, index } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { query: dictionaries, chosen } = useIndexed(dictionary);
  const featureIndex = chosen?.featureIndex ?? null;
  const query = useQuery({ ...api.features.get.queryOptions({ featureIndex: featureIndex ?? '', index }), enabled: featureIndex !== null, placeholderData: keepPreviousData });
  const models = useQuery(api.models.list.queryOptions({ limit: 50 })).data?.items ?? [];
  const feature = query.data;
  const model = models.find((item) => item.digest === chosen?.model);
  const set = (next: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const step = (by: number) => {
    const next = index + by;
    if (next >= 0 && next < (chosen?.n ?? 0)) void navigate({ params: { dictionary, index: next }, search: (old) => ({ ...old }) });
  };
  useKeys([
    { key: 'j', label: 'next feature', run: () => step(1) },
    { key: 'k', label: 'previous feature', run: () => step(-1) },
    { key: 's', label: 'steer with this feature', run: () => void navigate({ to: '/steer', search: { dictionary, recipe: [{ feature: index }] } }) },
  ]);
  const missing = dictionaries.data !== undefined && featureIndex === null;
  return (
    <Page
      title={feature && featureIndex ? <FeatureLabel key={feature.index} feature={feature} featureIndex={featureIndex} /> : `Feature ${index}`}
      name={feature?.label ?? `Feature ${index}`}
      crumbs={[
        ...(model ? [{ name: model.name, link: { to: '/models/$digest', params: { digest: model.digest } } } as const] : []),
        { name: chosen?.hook ?? 'hook unknown' },
        { name: chosen?.name ?? dictionary.slice(0, 8), link: { to: '/dictionaries/$digest', params: { digest: dictionary } } },
        { name: <code>{index}</code> },
      ]}
      provenance={chosen && feature
        ? [
            { label: 'dictionary', value: <code>{shortHash(dictionary)}</code> },
            { label: 'index', value: <code>{shortHash(featureIndex)}</code> },
            { label: 'corpus', value: `${count(feature.totalTokens)} tokens` },
            { label: 'hook', value: hookShort(chosen.hook) },
          ]
        : []}
      command={command('features', 'show', index, '--dictionary', dictionary.slice(0, 12))}
      actions={(
        <>
          <span className="pager">
            <button type="button" className="link quiet" aria-label="Previous feature" disabled={index === 0} onClick={() => step(-1)}>‹ k</button>
            <button type="button" className="link quiet" aria-label="Next feature" disabled={chosen !== undefined && index >= chosen.n - 1} onClick={() => step(1)}>j ›</button>
          </span>
          <Link className="button" to="/features" search={{ dictionary, mode: 'similar', index }}>Find similar</Link>
          <Link className="button primary" to="/steer" search={{ dictionary, recipe: [{ feature: index }] }}>Steer with this</Link>
        </>
      )}
    >
      {missing
        ? <p className="more">{chosen ? 'This dictionary has no feature index yet.' : 'No dictionary with that digest is in this lab.'} <Link className="link" to="/dictionaries">Dictionaries</Link></p>
        : (
          <Await query={query} what={`feature ${index}`} lines={8}>
            {(data) => featureIndex && (
              <>
                <Figures feature={data} />
                <div className="columns feature">
                  <div>
                    <Activations feature={data} />
                    <LogitEffects feature={data} />
                    <Intervals feature={data} />
                  </div>
                  <div>
                    <TestText feature={data} featureIndex={featureIndex} text={search.text} onText={(text) => set({ text })} />
                    <TopExamples feature={data} expand={search.expand} onExpand={(expand) => set({ expand })} />
                  </div>
                  <div>
                    <FeatureClaims feature={data} />
                    <Neighbours feature={data} />
                  </div>
                </div>
              </>
            )}
          </Await>
        )}
    </Page>
  );
}

function Figures({ feature }: { feature: Feature }) {
  const quantile = (p: number) => feature.quantiles.find((entry) => Math.abs(entry.p - p) < 1e-9)?.value;
  const confirmed = feature.claims.filter((claim) => claim.status === 'confirmed').length;
  const p99 = quantile(0.99);
  return (
    <StatStrip>
      <StatTile label="density" value={percent(feature.density)} detail={`${count(feature.firedTokens)} tokens`} />
      <StatTile label="max activation" value={magnitude(feature.maxActivation)} detail={p99 === undefined ? '' : `p99 ${magnitude(p99)}`} />
      <StatTile label="mean where active" value={magnitude(feature.meanActivation)} detail={quantile(0.5) === undefined ? '' : `median ${magnitude(quantile(0.5))}`} />
      <StatTile label="decoder norm" value={fixed(feature.decoderNorm)} detail={`encoder cos ${fixed(feature.encoderCosine)}`} />
      <StatTile label="corpus" value={count(feature.totalTokens)} detail="tokens" />
      <StatTile label="claims" value={feature.claims.length === 0 ? 'none' : `${confirmed} confirmed`} detail={feature.claims.length > confirmed ? `${feature.claims.length - confirmed} other` : ''} />
    </StatStrip>
  );
}
