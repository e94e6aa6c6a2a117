/** The instrument: a frame and its orange index arm. */
export function Logo() {
  return (
    <svg className="logo" width={20} height={20} viewBox="0 0 20 20" aria-hidden="true">
      <path d="M10 2.2 2.6 15.4Q10 19.6 17.4 15.4Z" />
      <circle cx={10} cy={2.4} r={1.1} />
      <path className="logo-arm" d="M10 3.6 12.2 17" />
    </svg>
  );
}
