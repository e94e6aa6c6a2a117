import { Link } from '@tanstack/react-router';
import { openPalette } from './dialogs';
import { places } from './navigation';

/** The phone's navigation; everything that is no tab is behind More, which opens the palette on all pages. */
export function BottomTabs() {
  return (
    <nav className="tabs" aria-label="Pages">
      {places.filter((place) => place.tab).map((place) => (
        <Link key={place.to} to={place.to} activeOptions={{ exact: place.to === '/', includeSearch: false }}>{place.name}</Link>
      ))}
      <button type="button" onClick={openPalette}>More</button>
    </nav>
  );
}
