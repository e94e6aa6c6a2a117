import type { InteractiveEvent } from '@sextant/schema';
import { skipToken } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useRef, useState } from 'react';
import { api, type RouterInputs } from '../../api';
import { emptyTranscript, withEvents, type Transcript } from './transcript';

export type SteerRequest = RouterInputs['steering']['run'];

/** One run at a time of baseline and steered together. Tokens reach the screen once a frame, however fast they stream. */
export function useSteering() {
  const [request, setRequest] = useState<SteerRequest | null>(null);
  const [transcript, setTranscript] = useState<Transcript>(emptyTranscript);
  const [running, setRunning] = useState(false);
  const waiting = useRef<InteractiveEvent<'steering.run'>[]>([]);
  const frame = useRef(0);

  const flush = useCallback(() => {
    frame.current = 0;
    const events = waiting.current.splice(0);
    setTranscript((old) => withEvents(old, events));
    if (events.some((event) => event.type === 'done')) setRunning(false);
  }, []);
  const stream = useSubscription(
    api.steering.run.subscriptionOptions(request !== null && running ? request : skipToken, {
      onData: (event) => {
        waiting.current.push(event);
        frame.current ||= requestAnimationFrame(flush);
      },
      onError: () => setRunning(false),
    }),
  );
  const run = useCallback((next: SteerRequest) => {
    waiting.current = [];
    setTranscript(emptyTranscript);
    setRequest(next);
    setRunning(true);
  }, []);
  const stop = useCallback(() => setRunning(false), []);
  return { transcript, running, request, error: running ? null : stream.error, run, stop };
}
