// The page's screens, and the way from one to another. Captures and live connections are fetched when they are asked for.

import type { ComponentChildren, JSX } from 'preact';
import type { Lab } from './lab.ts';
import { lazily } from './lazy.tsx';
import { replayed, screen } from './screen.ts';
import type { ScreenProps } from './screen-header.tsx';

const CaptureScreen = lazily<ScreenProps>(async () => (await import('./capture/screen.tsx')).CaptureScreen);
const LiveScreen = lazily<ScreenProps>(async () => (await import('./live/screen.tsx')).LiveScreen);
const ReplayNotice = lazily<{ readonly lab: Lab }>(
  async () => (await import('./capture/replay-notice.tsx')).ReplayNotice,
);

export function Screens({ children, ...props }: ScreenProps & { children: ComponentChildren }): JSX.Element {
  if (screen.value === 'capture') return <CaptureScreen {...props} />;
  if (screen.value === 'live') return <LiveScreen {...props} />;
  return (
    <>
      {children}
      {replayed.value !== null && <ReplayNotice lab={props.lab} />}
    </>
  );
}
