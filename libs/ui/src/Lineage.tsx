import './Lineage.css';

export interface LineageNode {
  key: string;
  kind: string;
  name: string;
  href?: string;
  own?: boolean;
}

/** What a thing was made from, in order, as a chain of boxes that wraps. */
export function Lineage({ nodes }: { nodes: readonly LineageNode[] }) {
  return (
    <ol className="lineage">
      {nodes.map((node) => (
        <li key={node.key} data-own={node.own || undefined}>
          {node.href
            ? <a href={node.href}><small>{node.kind}</small><span>{node.name}</span></a>
            : <div><small>{node.kind}</small><span>{node.name}</span></div>}
        </li>
      ))}
    </ol>
  );
}
