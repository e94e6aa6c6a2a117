import type { LogLine } from '@sextant/schema';
import { Figure } from '@sextant/ui';
import { useEffect, useRef } from 'react';

const SHOWN = 400;

/** The job's log, its end in view; follows new lines unless scrolled up. */
export function JobLog({ lines, running }: { lines: readonly LogLine[]; running: boolean }) {
  const box = useRef<HTMLPreElement>(null);
  const following = useRef(true);
  useEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.length]);
  return (
    <div id="log">
      <Figure title="Log" note={lines.length > SHOWN ? `last ${SHOWN} of ${lines.length} lines` : `${lines.length} lines`}>
        {lines.length === 0
          ? <p className="note">{running ? 'Nothing said yet.' : 'This job said nothing.'}</p>
          : (
            <pre
              ref={box}
              className="log"
              tabIndex={0}
              aria-label="Log"
              onScroll={(event) => {
                const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
                following.current = scrollHeight - scrollTop - clientHeight < 24;
              }}
            >
              {lines.slice(-SHOWN).map((line, index) => <div key={index}><time>{new Date(line.at).toLocaleTimeString('en-GB')}</time>{line.line}</div>)}
            </pre>
          )}
      </Figure>
    </div>
  );
}
