import { Link, type LinkProps } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { ProvenanceStrip, type ProvenanceItem } from './ProvenanceStrip';

export interface Crumb {
  name: ReactNode;
  link?: LinkProps;
}

export interface PageProps {
  title: ReactNode;
  /** The document's title, where the heading is not plain text. */
  name?: string;
  subtitle?: ReactNode;
  crumbs?: readonly Crumb[];
  actions?: ReactNode;
  /** Said in the strip at the bottom: where what is shown comes from. */
  provenance?: readonly ProvenanceItem[];
  /** The command that shows the same. */
  command: string;
  children: ReactNode;
}

/** Crumbs, title, actions, a black rule, then the page; the provenance strip at the bottom of the window. */
export function Page({ title, name, subtitle, crumbs = [], actions, provenance = [], command, children }: PageProps) {
  const spoken = name ?? (typeof title === 'string' ? title : 'Sextant');
  useEffect(() => {
    document.title = spoken === 'Sextant' ? spoken : `${spoken} · Sextant`;
  }, [spoken]);
  return (
    <>
      <main className="page" id="main" tabIndex={-1}>
        <div className="page-head">
          <div className="page-title">
            {crumbs.length > 0 && (
              <nav className="crumbs" aria-label="Where this is">
                {crumbs.map((crumb, index) => (
                  <span key={index}>{crumb.link ? <Link {...crumb.link}>{crumb.name}</Link> : crumb.name}</span>
                ))}
              </nav>
            )}
            <h1>{title} {subtitle && <small>{subtitle}</small>}</h1>
          </div>
          {actions && <div className="page-actions">{actions}</div>}
        </div>
        {children}
      </main>
      <ProvenanceStrip items={provenance} command={command} />
    </>
  );
}
