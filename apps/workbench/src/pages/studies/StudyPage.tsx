import { count, dateTime, Figure, shortHash, StatStrip, StatTile, typographic } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { api, type RouterOutputs } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { Later } from '../../state/Later';
import { ClaimsTable } from '../claims/ClaimsTable';
import { JobProgressPanel } from '../jobs/JobProgressPanel';
import { flatten } from '../experiments/flatten';
import { Candidates } from './Candidates';
import { StudyEffects } from './StudyEffects';
import '../home/home.css';
import './studies.css';

const route = getRouteApi('/studies/$id');
export type StudyDetail = RouterOutputs['studies']['get'];

/** A study: what was asked, the plan frozen before it was measured, what was proposed, screened, confirmed, and what was not. */
export function StudyPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(api.studies.get.queryOptions({ id }));
  const study = query.data;
  const set = (next: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  return (
    <Page
      title={study?.name ?? 'Study'}
      crumbs={[{ name: 'studies', link: { to: '/studies' } }, { name: <code>{id.slice(0, 12)}</code> }]}
      provenance={study
        ? [
            { label: 'plan', value: <code>{shortHash(study.frozenHash)}</code> },
            { label: 'frozen', value: study.frozenAt ? dateTime(study.frozenAt) : 'not yet' },
            { label: 'model', value: <code>{shortHash(study.plan.model)}</code> },
            { label: 'dictionary', value: <code>{shortHash(study.plan.dictionary)}</code> },
            { label: 'seed', value: study.plan.seed },
          ]
        : []}
      command={command('study', 'show', id)}
      actions={study && (
        <>
          {study.job && <Link className="button" to="/jobs/$id" params={{ id: study.job }}>Its job</Link>}
          <Link className="button" to="/evals" search={{ study: id }}>Runs</Link>
          <Link className="button primary" to="/start" search={{ kind: 'study.run', spec: study.plan }}>Run again with changes</Link>
        </>
      )}
    >
      <Await query={query} what="the study" lines={8}>
        {(data) => (
          <>
            <p className="lead hypothesis">{data.hypothesis}</p>
            <StudyFigures study={data} />
            {data.status === 'running' && data.job && <RunningStudy job={data.job} />}
            <Figure title="Claims" note="Δ margin with 95 % intervals on split B, q within the family"><ClaimsTable claims={data.claims} /></Figure>
            <div className="columns two-one">
              <div>
                <StudyEffects study={data} dose={search.dose} onDose={(dose) => set({ dose })} />
                <Later>
                  {() => <Candidates study={data} keptOnly={search.kept} onKept={(kept) => set({ kept })} />}
                </Later>
              </div>
              <div>
                <Stages study={data} />
                <Later>{() => <FrozenPlan study={data} />}</Later>
              </div>
            </div>
          </>
        )}
      </Await>
    </Page>
  );
}

function StudyFigures({ study }: { study: StudyDetail }) {
  const kept = study.candidates.filter((candidate) => candidate.kept).length;
  const controls = study.plan.controls.randomDirections + study.plan.controls.densityMatched;
  return (
    <StatStrip>
      <StatTile label="status" value={study.status} detail={study.plan.sabotage === 'none' ? '' : `sabotaged: ${study.plan.sabotage}`} />
      <StatTile label="candidates → kept" value={`${study.candidates.length} → ${kept}`} detail="split A" />
      <StatTile label="claims" value={study.claimCount} detail={`${study.confirmedCount} confirmed`} />
      <StatTile label="doses, × max" value={study.plan.doses.length} detail={study.plan.doses.join(', ').replaceAll('-', '−')} />
      <StatTile label="controls at each dose" value={controls} detail="matched" />
      <StatTile label="items" value={study.plan.items.confirm} detail={`${study.plan.items.screen} to screen`} />
      <StatTile label="minimum effect" value={study.plan.minimumEffect} detail={`nats, alpha ${study.plan.alpha}`} />
      <StatTile label="runs" value={count(study.runs.length)} />
    </StatStrip>
  );
}

function RunningStudy({ job }: { job: string }) {
  const query = useQuery(api.jobs.get.queryOptions({ id: job }));
  return query.data ? <JobProgressPanel job={query.data} /> : null;
}

/** The plan as it was frozen, field by field. */
function FrozenPlan({ study }: { study: StudyDetail }) {
  const shown = [...flatten(study.plan)].filter(([key]) => key !== 'name' && key !== 'hypothesis');
  return (
    <Figure title="Frozen plan" note={`hash ${shortHash(study.frozenHash)}`}>
      <dl className="facts">
        {shown.map(([key, value]) => <Fragment key={key}><dt><code>{key}</code></dt><dd>{/^[0-9a-f]{64}$/.test(value) ? <code>{shortHash(value)}</code> : typographic(value)}</dd></Fragment>)}
      </dl>
    </Figure>
  );
}

function Stages({ study }: { study: StudyDetail }) {
  if (study.stages.length === 0) return null;
  return (
    <Figure title="Stages">
      <table className="table">
        <tbody>
          {study.stages.map((stage) => (
            <tr key={stage.name}>
              <td aria-label={stage.status}>{stage.status === 'done' ? '✓' : stage.status === 'running' ? '◐' : '–'}</td>
              <td>{stage.name}{stage.summary && <><br /><span className="note">{stage.summary}</span></>}</td>
              <td className="num dim">{stage.finishedAt ? dateTime(stage.finishedAt).slice(11) : stage.status}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Figure>
  );
}
