import { bytes, compact, dateTime, Figure, shortHash, StatStrip, StatTile } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { artifactLink } from '../artifactLink';
import { Generation } from './Generation';
import { Markdown } from './Markdown';
import { Tokenizer } from './Tokenizer';
import './models.css';

const route = getRouteApi('/models/$digest');

/** A model: its card, hook points, what was made from it, and two ways to try it. */
export function ModelPage() {
  const { digest } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(api.models.get.queryOptions({ digest }));
  const model = query.data;
  const config = (key: string) => (typeof model?.config[key] === 'number' ? model.config[key] : null);
  return (
    <Page
      title={model?.name ?? 'Model'}
      subtitle={model && `${model.family} · imported ${dateTime(model.createdAt)}`}
      crumbs={[{ name: 'models', link: { to: '/models' } }, { name: <code>{digest.slice(0, 8)}</code> }]}
      provenance={model ? [{ label: 'model', value: <code>{shortHash(digest)}</code> }, { label: 'disk', value: bytes(model.bytes) }] : []}
      command={command('models', 'show', digest.slice(0, 12))}
      actions={<Link className="button primary" to="/steer">Steer it</Link>}
    >
      <Await query={query} what="the model">
        {(data) => (
          <>
            <StatStrip>
              <StatTile label="parameters" value={compact(data.parameters)} />
              <StatTile label="layers × width" value={`${config('nLayers') ?? '–'} × ${config('dModel') ?? '–'}`} />
              <StatTile label="heads" value={config('nHeads') ?? '–'} detail={config('nKvHeads') === config('nHeads') ? '' : `${config('nKvHeads')} key-value`} />
              <StatTile label="vocabulary" value={compact(config('vocabSize'))} />
              <StatTile label="context" value={compact(config('contextLength'))} detail="tokens" />
              <StatTile label="made from it" value={data.derived.length} detail="artifacts" />
            </StatStrip>
            <div className="columns thirds">
              <div>
                <Generation model={digest} settings={search} onSettings={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })} />
                <Tokenizer model={digest} text={search.text} onText={(text) => void navigate({ search: (old) => ({ ...old, text }), replace: true })} />
              </div>
              <Figure title="Card">{data.card ? <Markdown text={data.card} /> : <p className="note">This model came without a card.</p>}</Figure>
              <div>
                <Figure title="Made from it">
                  <table className="table tight">
                    <tbody>
                      {data.derived.map((item) => {
                        const link = artifactLink(item);
                        return (
                          <tr key={item.digest}>
                            <td className="dim">{item.kind}</td>
                            <td>{link ? <Link {...link}>{item.name ?? item.digest.slice(0, 12)}</Link> : item.name ?? item.digest.slice(0, 12)}</td>
                            <td className="num"><code>{shortHash(item.digest)}</code></td>
                          </tr>
                        );
                      })}
                      {data.derived.length === 0 && <tr><td className="dim">Nothing yet.</td></tr>}
                    </tbody>
                  </table>
                </Figure>
                <Figure title="Hook points" note={`${data.hookPoints.length}`}>
                  <div className="scroll-list" tabIndex={0} aria-label="Hook points">
                    <table className="table tight">
                      <tbody>{data.hookPoints.map((point) => <tr key={point.name}><td><code>{point.name}</code></td><td className="num dim"><code>[{point.shape.join(', ')}]</code></td></tr>)}</tbody>
                    </table>
                  </div>
                </Figure>
              </div>
            </div>
          </>
        )}
      </Await>
    </Page>
  );
}
