// The reader on a terminal: which screen is shown, what keys do there, and what is read of the capture for it. Knows
// nothing of the terminal itself.

import type { Connection } from '../../trace/reader/connection.ts';
import type { CapturedConnection } from '../../trace/reader/summary.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { EXIT } from '../exit.ts';
import { clip, printable, type Size } from './cells.ts';
import { compareKey } from './compare.ts';
import { type DetailsState, detailsKey } from './details.ts';
import { defaultName, EXPORTERS, exportTo } from './exporters.ts';
import { helpKey } from './help.ts';
import { commandOf, type Key } from './keys.ts';
import { type LadderState, ladderKey, nextFlagged, packetAt, topFor } from './ladder.ts';
import { inputLine, type Prompt, typed } from './line-input.ts';
import { arranged, type ListState, listKey, newList, pageOf, withinPage } from './list.ts';
import type { Frame } from './painter.ts';
import { PROGRESS_EVERY, progressText, type Task } from './progress.ts';
import { moved, titleLine, type View } from './screen.ts';
import { drawScreen, type Screen } from './screens.ts';
import type { CaptureSource, Contents, Pass } from './source.ts';

export interface ViewerOptions {
  readonly source: CaptureSource;
  readonly messages: Messages;
  readonly color: boolean;
  /** The connection whose ladder is shown first. */
  readonly wanted: ((connection: Connection) => boolean) | null;
  /** What is to be seen has changed. */
  readonly update: () => void;
  readonly redraw: () => void;
  readonly suspend: () => void;
  /** It is over: an exit code, or what went wrong. */
  readonly end: (exitCode: number) => void;
  readonly fail: (error: unknown) => void;
}

/** Milliseconds. */
const now = (): number => performance.now();

export class Viewer {
  /** What was found; null until the file was read. */
  contents: Contents | null = null;
  private readonly options: ViewerOptions;
  private list: ListState = newList([]);
  private screens: Screen[] = [{ kind: 'list' }];
  private prompt: Prompt | null = null;
  private task: Task | null = null;
  private notice = '';
  private rate = '';
  private size: Size = { columns: 80, rows: 24 };

  constructor(options: ViewerOptions) {
    this.options = options;
  }

  /** Reads the capture; keys are heard meanwhile. */
  start(): void {
    const { source, wanted, messages } = this.options;
    const began = now();
    this.run(async (pass) => {
      const contents = await source.contents(pass, wanted ?? (() => false));
      const read = { megabytes: source.size / 1e6, packets: contents.frames, ms: Math.max(1, now() - began) };
      this.rate = messages.viewer.rate(read);
      this.contents = contents;
      this.list = newList(contents.connections);
      if (contents.complaint !== null) this.notice = contents.complaint;
      if (wanted === null) return;
      const row = contents.connections.find(({ connection }) => connection === contents.wanted);
      if (row === undefined) this.notice = messages.reader.noSuchConnection;
      else await this.open(row, pass);
    });
  }

  readonly key = (key: Key): void => {
    this.handle(key);
    this.options.update();
  };

  readonly draw = (size: Size): Frame => {
    this.size = size;
    const lines = this.task !== null && this.contents === null ? this.loading() : this.lines();
    if (this.prompt === null) return { lines, cursor: null };
    const { line, column } = inputLine(this.prompt.label, this.prompt.text, size.columns);
    return { lines: [...lines.slice(0, size.rows - 1), line], cursor: { row: size.rows - 1, column } };
  };

  private get view(): View {
    const { messages, color } = this.options;
    return { size: this.size, messages, color };
  }

  private get screen(): Screen {
    return this.screens.at(-1)!;
  }

  private set screen(screen: Screen) {
    this.screens[this.screens.length - 1] = screen;
  }

  private handle(key: Key): void {
    const { options } = this;
    if (key === 'ctrl-c') return options.end(130);
    if (key === 'ctrl-z') return options.suspend();
    if (key === 'ctrl-l') return options.redraw();
    if (this.prompt !== null) return this.promptKey(this.prompt, key);
    const command = commandOf(key);
    if (command === 'q') return options.end(EXIT.ok);
    if (this.task !== null) {
      if (command === 'escape') this.task.aborted = true;
      return;
    }
    this.notice = '';
    if (command === '?' && this.screen.kind !== 'help')
      return void this.screens.push({ kind: 'help', top: 0 });
    if (command === 'escape' || command === 'backspace') return this.back();
    this.screenKey(this.screen, command);
  }

  private screenKey(screen: Screen, key: Key): void {
    const { view } = this;
    switch (screen.kind) {
      case 'list':
        return this.listKey(key);
      case 'ladder':
        return this.ladderKey(screen.state, key);
      case 'details':
        return this.detailsKey(screen.state, key);
      case 'compare':
        this.screen = { kind: 'compare', state: compareKey(screen.state, key, view) ?? screen.state };
        return;
      case 'exports':
        return this.menuKey(screen, key);
      case 'help':
        this.screen = { kind: 'help', top: helpKey(screen.top, key, view) ?? screen.top };
    }
  }

  private back(): void {
    if (this.screens.length > 1) this.screens.pop();
    else if (this.list.filter !== '') this.filter('');
    else this.options.end(EXIT.ok);
  }

  private filter(text: string): void {
    this.list = withinPage(arranged(this.list, { filter: text }), pageOf(this.size.rows));
  }

  private listKey(key: Key): void {
    const { list } = this;
    const row = list.shown[list.selected];
    const changed = listKey(list, key, this.view);
    if (changed !== null) this.list = changed;
    else if (key === '/') this.askFilter(list.filter);
    else if (row === undefined) return;
    else if (key === 'enter' || key === 'right') this.run((pass) => this.open(row, pass));
    else if (key === 'e') this.screens.push({ kind: 'exports', row, selected: 0 });
  }

  private askFilter(before: string): void {
    const change = (text: string): void => this.filter(text);
    this.prompt = { label: '/', text: before, change, accept: change, cancel: () => change('') };
  }

  private async open(row: CapturedConnection, pass: Pass): Promise<void> {
    const { source } = this.options;
    const window = await source.window(row, 0, pass);
    if (pass.isAborted()) return;
    const state: LadderState = {
      summary: row,
      count: source.countOf(row),
      start: window.packets[0]?.time ?? 0,
      window,
      selected: 0,
      top: 0,
      colouring: 'kind',
      marked: null,
    };
    if (window.packets.length === 0) this.notice = this.options.messages.viewer.gone;
    else this.screens.push({ kind: 'ladder', state });
  }

  private ladderKey(state: LadderState, key: Key): void {
    const say = this.options.messages.viewer;
    const packet = packetAt(state, state.selected);
    const changed = ladderKey(state, key, this.view);
    if (changed !== null) {
      this.select(changed);
      if (key === 'c') this.notice = say.coloured({ how: say.colourings[changed.colouring] });
    } else if (key === 'n' || key === 'N') this.seekFlagged(state, key === 'n' ? 1 : -1);
    else if (key === 'e') this.screens.push({ kind: 'exports', row: state.summary, selected: 0 });
    else if (packet === undefined) return;
    else if (key === 'enter' || key === 'right') this.showDetails(state);
    else if (key === ' ') this.mark(state);
  }

  private seekFlagged(state: LadderState, way: 1 | -1): void {
    const to = nextFlagged(state, way);
    if (to === null) this.notice = this.options.messages.viewer.nothingFlagged;
    else this.select({ ...state, selected: to });
  }

  /** The first one is kept in mind, the second compared with it. */
  private mark(state: LadderState): void {
    const packet = packetAt(state, state.selected)!;
    const { marked } = state;
    const isSame = marked?.number === packet.number;
    this.screen = { kind: 'ladder', state: { ...state, marked: marked === null ? packet : null } };
    if (marked === null) this.notice = this.options.messages.viewer.marked({ number: packet.number });
    else if (!isSame) this.screens.push({ kind: 'compare', state: { one: marked, other: packet, top: 0 } });
  }

  private showDetails(state: LadderState): void {
    const { selected, start } = state;
    const packet = packetAt(state, selected)!;
    const details = { packet, before: packetAt(state, selected - 1) ?? null, start, top: 0 };
    this.screens.push({ kind: 'details', state: details });
  }

  /** The ladder that the details came from moves with them. */
  private detailsKey(state: DetailsState, key: Key): void {
    const below = this.screens.at(-2);
    if (below?.kind !== 'ladder') return;
    const way = key === 'right' || key === 'n' ? 1 : key === 'left' || key === 'p' ? -1 : 0;
    const to = Math.min(below.state.count - 1, Math.max(0, below.state.selected + way));
    if (key === ' ') {
      this.screens.pop();
      this.mark(below.state);
    } else if (way === 0) {
      this.screen = { kind: 'details', state: detailsKey(state, key, this.view) ?? state };
    } else {
      this.screens.pop();
      this.select({ ...below.state, selected: to }, (moved) => this.showDetails(moved));
    }
  }

  /** Shows the ladder there, read again if that is outside the window. */
  private select(state: LadderState, then: (state: LadderState) => void = () => {}): void {
    const show = (next: LadderState): void => {
      const shown = { ...next, top: topFor(next, this.view) };
      this.screen = { kind: 'ladder', state: shown };
      then(shown);
    };
    if (packetAt(state, state.selected) !== undefined) return show(state);
    this.run(async (pass) => {
      const window = await this.options.source.window(state.summary, state.selected, pass);
      if (pass.isAborted()) return;
      const next = { ...state, window };
      if (packetAt(next, next.selected) === undefined) this.notice = this.options.messages.viewer.gone;
      else show(next);
    });
  }

  private menuKey(screen: Extract<Screen, { kind: 'exports' }>, key: Key): void {
    const to = moved(key, screen.selected, EXPORTERS.length, EXPORTERS.length);
    if (to !== null) this.screen = { ...screen, selected: to };
    else if (key === 'enter') this.askFile(screen);
  }

  private askFile({ row, selected }: Extract<Screen, { kind: 'exports' }>): void {
    const { source, messages } = this.options;
    const { name, extension } = EXPORTERS[selected]!;
    this.prompt = {
      label: messages.viewer.fileName({ format: name }),
      text: defaultName(source.file, row, extension),
      change: () => {},
      accept: (file) => {
        if (file !== '') this.run((pass) => this.write(row, selected, file, pass));
      },
      cancel: () => {},
    };
  }

  private async write(row: CapturedConnection, exporter: number, file: string, pass: Pass): Promise<void> {
    const { source, messages } = this.options;
    const { notice, isWritten } = await exportTo(file, EXPORTERS[exporter]!, row, source, pass, messages);
    if (pass.isAborted()) return;
    this.notice = notice;
    if (isWritten) this.screens.pop();
  }

  private promptKey(prompt: Prompt, key: Key): void {
    if (key === 'enter' || key === 'escape') {
      this.prompt = null;
      if (key === 'enter') prompt.accept(prompt.text);
      else prompt.cancel();
      return;
    }
    const text = typed(prompt.text, key);
    if (text === null) return;
    this.prompt = { ...prompt, text };
    prompt.change(text);
  }

  /** Reads the file; ESC ends it. One at a time. */
  private run(work: (pass: Pass) => Promise<void>): void {
    const { options } = this;
    const task: Task = { aborted: false, bytes: 0, start: now(), next: 0 };
    this.task = task;
    const pass: Pass = {
      onBytes: (bytes) => {
        task.bytes = bytes;
        if (now() < task.next) return;
        task.next = now() + PROGRESS_EVERY;
        options.update();
      },
      isAborted: () => task.aborted,
    };
    work(pass)
      .catch(options.fail)
      .finally(() => {
        this.task = null;
        if (this.contents === null) options.end(EXIT.ok);
        options.update();
      });
  }

  private loading(): string[] {
    const title = titleLine(this.view, printable(this.options.source.file), '');
    return [title, '', ` ${this.progress ?? ''}`];
  }

  private get progress(): string | null {
    const { task } = this;
    return task === null ? null : progressText(task.bytes, this.options.source.size, now() - task.start);
  }

  private lines(): string[] {
    const { screen, view, list } = this;
    const said = this.progress ?? (this.notice === '' ? null : printable(this.notice));
    const bottom = said === null ? null : clip(` ${said}`, view.size.columns);
    return drawScreen(screen, list, view, { ...this.around(), bottom });
  }

  private around(): { title: string; aside: string } {
    const { list } = this;
    const { viewer } = this.options.messages;
    const parts = [
      printable(this.options.source.file),
      viewer.connections({ shown: list.shown.length, all: list.all.length }),
      ...((this.contents?.left ?? 0) > 0 ? [viewer.left({ connections: this.contents!.left })] : []),
      ...(list.filter === '' ? [] : [`/${list.filter}`]),
      viewer.sortedBy({ by: viewer.sorts[list.sort] }),
    ];
    return { title: parts.join('  '), aside: this.size.columns >= 120 ? this.rate : '' };
  }
}
