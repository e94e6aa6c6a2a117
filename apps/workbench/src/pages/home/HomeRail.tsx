import { ago, bytes, compact, Figure, fidelity, hookShort, percent } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api';
import { jobTitle } from '../jobTitle';

/** What is here: dictionaries with their scores, studies, models, and what lately ended. */
export function HomeRail() {
  return (
    <aside aria-label="In this lab">
      <Dictionaries />
      <Studies />
      <Models />
      <Lately />
    </aside>
  );
}

function Dictionaries() {
  const models = useQuery(api.models.list.queryOptions({ limit: 50 })).data?.items ?? [];
  const page = useQuery(api.dictionaries.list.queryOptions({ limit: 6 })).data;
  return (
    <Figure title="Dictionaries" actions={<Link to="/dictionaries">{page?.total ?? 0} ›</Link>}>
      <table className="table rail">
        <thead><tr><th scope="col">newest first</th><th scope="col" className="num">CE recovered</th><th scope="col" className="num">dead</th></tr></thead>
        <tbody>
          {page?.items.map((item) => (
            <tr key={item.digest}>
              <td>
                <Link to="/dictionaries/$digest" params={{ digest: item.digest }}>{item.name}</Link>
                <small>{models.find((model) => model.digest === item.model)?.name ?? 'model unknown'} · {hookShort(item.hook)}</small>
              </td>
              <td className="num">{fidelity(item.scores?.ceRecovered)}<small>{item.scores ? `${compact(item.scores.evalTokens)} tokens` : ''}</small></td>
              <td className="num">{percent(item.scores?.deadShare)}</td>
            </tr>
          ))}
          {page?.items.length === 0 && <tr><td colSpan={3} className="dim">None yet: harvest activations, then train.</td></tr>}
        </tbody>
      </table>
    </Figure>
  );
}

function Studies() {
  const page = useQuery(api.studies.list.queryOptions({ limit: 5 })).data;
  return (
    <Figure title="Studies" note="claims → confirmed" actions={<Link to="/studies">{page?.total ?? 0} ›</Link>}>
      <table className="table rail">
        <tbody>
          {page?.items.map((study) => (
            <tr key={study.id}>
              <td className="clip grow"><Link to="/studies/$id" params={{ id: study.id }}>{study.name}</Link></td>
              <td className="num">{study.status === 'finished' ? `${study.claimCount} → ${study.confirmedCount}` : study.status}</td>
            </tr>
          ))}
          {page?.items.length === 0 && <tr><td className="dim">None yet.</td></tr>}
        </tbody>
      </table>
    </Figure>
  );
}

function Models() {
  const page = useQuery(api.models.list.queryOptions({ limit: 5 })).data;
  return (
    <Figure title="Models" note="in this lab" actions={<Link to="/models">{page?.total ?? 0} ›</Link>}>
      <table className="table rail">
        <tbody>
          {page?.items.map((model) => (
            <tr key={model.digest}>
              <td className="clip grow"><Link to="/models/$digest" params={{ digest: model.digest }}>{model.name}</Link></td>
              <td className="num dim">{compact(model.parameters)} parameters</td>
              <td className="num">{bytes(model.bytes)}</td>
            </tr>
          ))}
          {page?.items.length === 0 && <tr><td className="dim">None yet.</td></tr>}
        </tbody>
      </table>
    </Figure>
  );
}

function Lately() {
  const page = useQuery(api.jobs.list.queryOptions({ status: 'succeeded', limit: 6 })).data;
  if (!page || page.items.length === 0) return null;
  return (
    <Figure title="Lately finished">
      <table className="table rail">
        <tbody>
          {page.items.map((job) => (
            <tr key={job.id}>
              <td className="dim rail-time">{ago(job.finishedAt)}</td>
              <td className="clip grow"><Link to="/jobs/$id" params={{ id: job.id }}>{jobTitle(job)}</Link></td>
            </tr>
          ))}
        </tbody>
      </table>
    </Figure>
  );
}
