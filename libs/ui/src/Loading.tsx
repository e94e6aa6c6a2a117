import { useEffect, useState } from 'react';
import './Loading.css';

/** Flat bars in the box the content will take, drawn only after 200 ms, with what is being read and for how long. */
export function Loading({ what, lines = 3 }: { what: string; lines?: number }) {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const start = performance.now();
    const timer = setInterval(() => setElapsed((performance.now() - start) / 1000), 200);
    return () => clearInterval(timer);
  }, []);
  if (elapsed === 0) return <div className="loading" aria-busy="true" />;
  return (
    <div className="loading" role="status" aria-busy="true">
      {Array.from({ length: lines }, (_, index) => <span key={index} style={{ width: `${[72, 94, 56, 83][index % 4]}%` }} />)}
      <p>{`reading ${what} · ${elapsed.toFixed(1)} s`}</p>
    </div>
  );
}
