import { useCallback, useState } from 'react';

/** Copies a text and says so for a moment. */
export function useCopy(): [copied: string | null, copy: (what: string, text: string) => void] {
  const [copied, setCopied] = useState<string | null>(null);
  const copy = useCallback((what: string, text: string) => {
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(what);
      setTimeout(() => setCopied(null), 1500);
    });
  }, []);
  return [copied, copy];
}
