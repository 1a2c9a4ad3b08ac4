// What the screen of captures knows: a file, what was read of it so far, and what is chosen. The reading is a worker's;
// to cancel it is to end that.

import { batch, signal } from '@preact/signals';
import type { KeptConnection } from '../../../trace/reader/kept.ts';
import type { Replay } from '../../model/capture-recipe.ts';
import type {
  CaptureFailure,
  CaptureNews,
  CaptureRequest,
  CaptureTable,
} from '../../model/capture-session.ts';

type Progress = Extract<CaptureNews, { kind: 'progress' }>;

export class CaptureDesk {
  readonly file = signal<File | null>(null);
  readonly table = signal<CaptureTable | null>(null);
  readonly kept = signal<KeptConnection | null>(null);
  /** An index of the packets that are kept; -1: none. */
  readonly chosen = signal(-1);
  /** Null: nothing is being read. */
  readonly progress = signal<Progress | null>(null);
  readonly replaying = signal(false);
  readonly failure = signal<CaptureFailure | 'crashed' | null>(null);
  /** Told of a recipe that was asked for. */
  onReplay: (replay: Replay) => void = () => {};
  private worker: Worker | null = null;

  open(file: File): void {
    this.stop();
    batch(() => {
      this.file.value = file;
      this.table.value = null;
      this.kept.value = null;
      this.ask({ kind: 'read', file });
    });
  }

  /** The packets of the connection of that number. */
  choose(number: number): void {
    const file = this.file.value;
    if (file === null || this.progress.value !== null) return;
    // A worker that was ended does not know the file any more.
    if (this.worker === null) this.ask({ kind: 'read', file });
    else this.ask({ kind: 'connection', number });
  }

  replay(): void {
    if (this.replaying.value) return;
    this.replaying.value = true;
    this.worker?.postMessage({ kind: 'replay' });
  }

  back(): void {
    batch(() => {
      this.kept.value = null;
      this.chosen.value = -1;
    });
  }

  /** Nothing is read any more, and nothing is shown of what was. */
  close(): void {
    this.stop();
    batch(() => {
      this.file.value = null;
      this.table.value = null;
      this.back();
    });
  }

  private ask(request: CaptureRequest<File>): void {
    this.failure.value = null;
    this.progress.value = { kind: 'progress', bytes: 0, frames: 0, connections: 0 };
    this.worker ??= this.hire();
    this.worker.postMessage(request);
  }

  private hire(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<CaptureNews>) => batch(() => this.hear(data));
    worker.onerror = () => {
      this.stop();
      this.failure.value = 'crashed';
    };
    return worker;
  }

  private hear(news: CaptureNews): void {
    if (news.kind === 'progress') {
      this.progress.value = news;
      return;
    }
    this.progress.value = null;
    this.replaying.value = false;
    if (news.kind === 'table') this.table.value = news;
    else if (news.kind === 'connection') {
      this.kept.value = news.kept;
      this.chosen.value = -1;
    } else if (news.kind === 'replay') this.onReplay(news);
    else this.failure.value = news.why;
  }

  private stop(): void {
    this.worker?.terminate();
    this.worker = null;
    this.progress.value = null;
    this.replaying.value = false;
    this.failure.value = null;
  }
}
