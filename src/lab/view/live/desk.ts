// What the screen of live connections knows: what a running stack has told so far, and what is chosen. What comes while
// it is paused waits, and is bounded, too.

import { signal } from '@preact/signals';
import type { TraceEvent } from '../../../trace/events.ts';
import { LiveConnections } from '../../model/live.ts';

/** What may wait while the screen is paused, events. */
const WAITING = 20_000;

export class LiveDesk {
  readonly phase = signal<'closed' | 'open' | 'none' | 'lost'>('closed');
  /** Counts what has been taken in: a change says that there is something new. */
  readonly news = signal(0);
  readonly missed = signal(0);
  readonly paused = signal(false);
  /** The number of a connection; null: the latest. */
  readonly connection = signal<number | null>(null);
  readonly chosen = signal(-1);
  live = new LiveConnections();
  private source: EventSource | null = null;
  private waiting: TraceEvent[] = [];
  private asked = 0;

  open(): void {
    if (this.source !== null) return;
    this.live = new LiveConnections();
    this.phase.value = 'closed';
    const source = new EventSource('live');
    this.source = source;
    source.onopen = () => {
      this.phase.value = 'open';
    };
    source.onerror = () => {
      this.phase.value = this.phase.value === 'open' ? 'lost' : 'none';
      this.close();
    };
    source.addEventListener('missed', ({ data }: MessageEvent<string>) => {
      this.missed.value = Number(data);
    });
    source.onmessage = ({ data }: MessageEvent<string>) => this.hear(JSON.parse(data) as TraceEvent);
  }

  close(): void {
    this.source?.close();
    this.source = null;
    cancelAnimationFrame(this.asked);
    this.asked = 0;
  }

  pause(paused: boolean): void {
    this.paused.value = paused;
    if (!paused) this.ask();
  }

  private hear(event: TraceEvent): void {
    this.waiting.push(event);
    if (this.waiting.length > 2 * WAITING) {
      this.missed.value += WAITING;
      this.waiting.splice(0, WAITING);
    }
    this.ask();
  }

  /** However much comes, the picture changes once a frame. */
  private ask(): void {
    if (this.asked !== 0 || this.paused.value) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      const events = this.waiting;
      this.waiting = [];
      for (const event of events) this.live.take(event);
      if (events.length > 0) this.news.value += 1;
    });
  }
}
