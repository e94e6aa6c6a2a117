import { Command, Figure } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { api, type RouterOutputs } from '../../api';
import { command, firstLightCommand } from '../../commands';
import { Page } from '../../shell/Page';
import type { ProvenanceItem } from '../../shell/ProvenanceStrip';
import { Await } from '../../state/Await';
import './home.css';

/** What first light does, in order. Sizes and times are not promised here: the job pages estimate them as it runs. */
const stages = [
  ['Import the demo model', 'a small transformer trained on a world whose facts are known'],
  ['Make a corpus', 'dialogues, stories and prose of that world, with labelled spans'],
  ['Harvest activations', 'one hook of the residual stream, sharded and checksummed'],
  ['Train a dictionary', 'a sparse autoencoder, with live loss, L0 and dead share'],
  ['Index its features', 'density, examples, logit effects, neighbours'],
  ['Score the model', 'facts, two-hop questions and sycophancy, before anything is steered'],
  ['Screen and confirm', 'a rule frozen in advance, doses, controls, split B held out'],
] as const;

const sources = [
  ['Import a model', 'a folder or file on the server\'s host, or hf:owner/name', command('models', 'add', '<source>')],
  ['Make a corpus', 'from the planted world, from prose, or from a text file', command('corpora', 'create')],
  ['Train a dictionary', 'on activations harvested from any hook', command('train')],
] as const;

/** The lab before anything happened: one sentence, the one command, and outlines of what will come. */
export function EmptyLab({ info, provenance }: { info: RouterOutputs['system']['info']; provenance: ProvenanceItem[] }) {
  const start = firstLightCommand(info.lab.dir);
  return (
    <div className="empty-lab">
      <Page title="Nothing here yet. Start with first light." name="Home" crumbs={[{ name: `${info.lab.name} · new · 0 B` }]} provenance={provenance} command={start}>
        <div className="columns home">
          <div>
            <p className="lead">
              One run takes this lab from nothing to a claim with an interval: a small model, a dictionary, its features, and one steering study
              with controls. It stays on this machine and can be stopped and resumed at any point.
            </p>
            <Command text={start} />
            <p className="note first-light">In Sextant&apos;s folder. Progress appears here as it happens.</p>
            <Figure title="What it will do">
              <table className="table lab-table">
                <thead><tr><th scope="col" /><th scope="col">stage</th><th scope="col" /></tr></thead>
                <tbody>{stages.map(([name, what], index) => <tr key={name}><td className="dim">{index + 1}</td><td><b>{name}</b></td><td style={{ textAlign: 'left' }}>{what}</td></tr>)}</tbody>
              </table>
            </Figure>
            <Figure title="Or bring what you have">
              <table className="table lab-table">
                <tbody>{sources.map(([name, what, how]) => <tr key={how}><td><b>{name}</b></td><td style={{ textAlign: 'left' }} className="dim">{what}</td><td><code>{how}</code></td></tr>)}</tbody>
              </table>
            </Figure>
          </div>
          <aside aria-label="What will fill this page">
            <Figure title="What will fill this page" note="outlines, no data">
              <p className="note">Claims, from stage 7</p>
              <GhostClaims />
              <p className="note">Training curves, live, from stage 4</p>
              <GhostCurve />
            </Figure>
            <ThisMachine info={info} />
          </aside>
        </div>
      </Page>
    </div>
  );
}

function GhostClaims() {
  const rows = [[50, 66], [33, 46], [36, 62], [55, 75], [43, 47]] as const;
  return (
    <svg width="100%" height={120} aria-hidden="true">
      {rows.map(([from, to], index) => (
        <g key={from}>
          <line className="ghost-line" x1="0%" x2="100%" y1={24 * index + 24} y2={24 * index + 24} />
          <line className="ghost" x1={`${from}%`} x2={`${to}%`} y1={24 * index + 12} y2={24 * index + 12} />
          <circle className="ghost" style={{ strokeDasharray: 'none', fill: 'var(--bg)' }} cx={`${(from + to) / 2}%`} cy={24 * index + 12} r={3} />
        </g>
      ))}
      <line className="ghost-zero" x1="47.5%" x2="47.5%" y1={0} y2={120} />
    </svg>
  );
}

function GhostCurve() {
  return (
    <svg width="100%" height={110} viewBox="0 0 380 110" preserveAspectRatio="none" aria-hidden="true">
      <path className="ghost" vectorEffect="non-scaling-stroke" d="M20 4C40 70 80 92 376 98" />
      <path className="ghost-line" vectorEffect="non-scaling-stroke" fill="none" d="M20 2V106H378" />
    </svg>
  );
}

function ThisMachine({ info }: { info: RouterOutputs['system']['info'] }) {
  const doctor = useQuery({ ...api.system.doctor.queryOptions(), staleTime: Infinity });
  return (
    <Figure title="This machine" note={<code>{command('doctor')}</code>}>
      <Await query={doctor} what="backends" lines={4}>
        {({ backends, recommended }) => (
          <table className="table tight lab-table">
            <tbody>
              {backends.map((backend) => (
                <tr key={backend.name}>
                  <td>{backend.available ? '✓' : '–'} {backend.name}{backend.name === recommended && <span className="dim"> · used</span>}</td>
                  <td className="dim" style={{ textAlign: 'left' }}>{backend.reason}</td>
                  <td className="dim">{backend.gflops === null ? '' : `${backend.gflops.toFixed(0)} GFLOP/s`}</td>
                </tr>
              ))}
              <tr><td>✓ database</td><td className="dim" style={{ textAlign: 'left' }}>{info.database}, WAL</td><td className="dim">Node {info.node}</td></tr>
            </tbody>
          </table>
        )}
      </Await>
    </Figure>
  );
}
