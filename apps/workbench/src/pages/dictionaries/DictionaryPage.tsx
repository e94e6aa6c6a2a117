import { compact, count, dateTime, EmptyState, fidelity, fixed, hookShort, percent, shortHash, StatStrip, StatTile } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { api, type RouterOutputs } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { Distributions } from './Distributions';
import { FeatureTable } from './FeatureTable';
import { SuiteChart } from './SuiteChart';
import { TrainingCurves } from './TrainingCurves';

const route = getRouteApi('/dictionaries/$digest');
type Dictionary = RouterOutputs['dictionaries']['get'];

const architectureNames: Record<string, string> = { topk: 'TopK', standard: 'L1', l1: 'L1', jumprelu: 'JumpReLU', gated: 'Gated', batchtopk: 'BatchTopK' };

/** `TopK, 1,024 features, k 24`. */
export function dictionaryTitle(dictionary: Pick<Dictionary, 'architecture' | 'n' | 'k'>): string {
  const name = architectureNames[dictionary.architecture] ?? dictionary.architecture;
  return `${name}, ${count(dictionary.n)} features${dictionary.k === null ? '' : `, k ${dictionary.k}`}`;
}

/** A dictionary: how it trained, how well it does, how its features are distributed, and all of them in a table. */
export function DictionaryPage() {
  const { digest } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(api.dictionaries.get.queryOptions({ digest }));
  const all = useQuery(api.dictionaries.list.queryOptions({ limit: 500 })).data?.items ?? [];
  const models = useQuery(api.models.list.queryOptions({ limit: 50 })).data?.items ?? [];
  const dictionary = query.data;
  const model = models.find((item) => item.digest === dictionary?.model);
  return (
    <Page
      title={dictionary ? dictionaryTitle(dictionary) : 'Dictionary'}
      subtitle={dictionary && `${dictionary.trainedTokens === null ? 'imported' : `trained on ${compact(dictionary.trainedTokens)} tokens`} · ${dateTime(dictionary.createdAt)}`}
      crumbs={[
        ...(model ? [{ name: model.name, link: { to: '/models/$digest', params: { digest: model.digest } } } as const] : []),
        { name: dictionary?.hook ?? 'hook unknown' },
        { name: dictionary ? `${dictionary.name}${dictionary.seed === null ? '' : `, seed ${dictionary.seed}`}` : '' },
      ]}
      provenance={dictionary
        ? [
            { label: 'dictionary', value: <code>{shortHash(digest)}</code> },
            { label: 'activations', value: <code>{shortHash(dictionary.activations)}</code> },
            { label: 'code', value: <code>{dictionary.provenance.codeVersion}</code> },
            { label: 'engine', value: dictionary.provenance.backend ?? 'unknown' },
            { label: 'seed', value: dictionary.seed ?? 'unknown' },
          ]
        : []}
      command={command('dictionaries', 'show', digest.slice(0, 12))}
      actions={dictionary && (
        <>
          {dictionary.job && <Link className="button" to="/jobs/$id" params={{ id: dictionary.job }}>Training job</Link>}
          {dictionary.activations && (
            <Link className="button" to="/start" search={{ kind: 'dictionary.train', spec: trainAgain(dictionary) }}>Train again with changes</Link>
          )}
          {dictionary.featureIndex && <Link className="button primary" to="/features" search={{ dictionary: digest }}>Search features</Link>}
        </>
      )}
    >
      <Await query={query} what="the dictionary" lines={6}>
        {(data) => (
          <>
            <Scorecard dictionary={data} />
            <div className="columns dictionary">
              <TrainingCurves dictionary={data} log={search.log} onLog={(log) => void navigate({ search: (old) => ({ ...old, log }), replace: true })} />
              {data.featureIndex && <Distributions digest={digest} n={data.n} />}
              <SuiteChart dictionaries={all} own={data} />
            </div>
            {data.featureIndex
              ? (
                <FeatureTable
                  dictionary={digest}
                  featureIndex={data.featureIndex}
                  search={search}
                  onSearch={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })}
                />
              )
              : (
                <EmptyState
                  title="Its features are not indexed yet: statistics, examples and neighbours need one pass over activations."
                  command={command('features', 'index', '--dictionary', digest.slice(0, 12))}
                  action={data.activations && <Link className="button" to="/start" search={{ kind: 'features.index', spec: { dictionary: digest, activations: data.activations } }}>Build the index</Link>}
                />
              )}
          </>
        )}
      </Await>
    </Page>
  );
}

function trainAgain({ provenance, name, activations, architecture, n, k }: Dictionary): Record<string, unknown> {
  const { config } = provenance;
  return typeof config === 'object' && config !== null ? { ...config } : { name, activations, architecture, n, k };
}

function Scorecard({ dictionary }: { dictionary: Dictionary }) {
  const { scores } = dictionary;
  if (!scores) return <p className="note">Not scored: no held-out activations of its model are here.</p>;
  const heldOut = `${compact(scores.evalTokens)} held-out tokens`;
  return (
    <StatStrip>
      <StatTile label="CE loss recovered" value={fidelity(scores.ceRecovered)} detail={scores.ceRecovered === null ? 'no model to splice into' : heldOut} />
      <StatTile label="explained variance" value={fidelity(scores.explainedVariance)} detail={heldOut} />
      <StatTile label="L0" value={fixed(scores.l0, 1)} detail={`of ${count(dictionary.n)}`} />
      <StatTile label={`dead in ${compact(scores.deadWindowTokens)} tokens`} value={percent(scores.deadShare)} detail={count(scores.deadShare * dictionary.n)} />
      <StatTile label="CE clean → spliced" value={fixed(scores.ceSpliced, 3)} detail={scores.ceClean === null ? '' : `from ${fixed(scores.ceClean, 3)} nats`} />
      <StatTile label="cosine" value={fixed(scores.cosine, 3)} detail={`norm ratio ${fixed(scores.l2Ratio, 3)}`} />
      <StatTile label="width" value={count(dictionary.d)} detail={hookShort(dictionary.hook)} />
    </StatStrip>
  );
}
