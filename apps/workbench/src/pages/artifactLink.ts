import type { ArtifactRef } from '@sextant/schema';
import type { LinkProps } from '@tanstack/react-router';

/** The page of an artifact, where its kind has one. */
export function artifactLink({ kind, digest }: Pick<ArtifactRef, 'kind' | 'digest'>): LinkProps | null {
  if (kind === 'model') return { to: '/models/$digest', params: { digest } };
  if (kind === 'dictionary') return { to: '/dictionaries/$digest', params: { digest } };
  return null;
}
