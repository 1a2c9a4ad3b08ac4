// What the page knows: a recipe, how far its story has been stepped through, what is chosen, and what has been undone.
// The story follows from the recipe alone; nothing else on the page has a state of TCP.

import { batch, computed, signal } from '@preact/signals';
import type { TimeScale } from '../../trace/picture/axis.ts';
import { type Comparison, compare } from '../model/compare.ts';
import {
  type Edit,
  type Recipe,
  recipeOf,
  type Value,
  withEdit,
  withoutEdit,
  withValue,
} from '../model/recipe.ts';
import { type Row, rowsOf, rowsShown } from '../model/rows.ts';
import { type Scenario, type Values, valuesOf } from '../model/scenario.ts';
import { formatShared, parseShared } from '../model/share.ts';
import type { Flight, Story } from '../model/story.ts';
import { isWhatIf, type WhatIf, whatIf } from '../model/what-if.ts';
import { SCENARIOS, scenarioOf } from '../scenarios/all.ts';
import type { LabMessages } from '../text/messages.ts';
import { sentenceOf } from './sentence.ts';
import { Settings } from './settings.ts';
import {
  chosenOf,
  type DialogName,
  type Notice,
  noticeOf,
  SCALES,
  SPEEDS,
  tell,
  type Visit,
} from './state.ts';

/** An arrow, or what is written beside a lifeline. */
export type Chosen =
  | { readonly kind: 'flight'; readonly index: number }
  | { readonly kind: 'moment'; readonly index: number };

export const PANELS = ['why', 'states', 'sockets', 'sequence', 'calls'] as const;
export type Panel = (typeof PANELS)[number];

export type Told =
  | { readonly story: Story; readonly error: null }
  | { readonly story: null; readonly error: string };

const EMPTY: Story = {
  hosts: [],
  moments: [],
  flights: [],
  lifelines: [],
  listeners: [],
  sockets: [],
  end: 0,
  stopped: 'quiet',
};

export class Lab {
  readonly version: string;
  readonly language;
  readonly messages;
  readonly recipe;
  /** How many moments of the story are shown. */
  readonly position = signal(0);
  readonly chosen = signal<Chosen | null>(null);
  readonly scale = signal<TimeScale>('compressed');
  readonly panel = signal<Panel>('why');
  /** The original is drawn beside the branch. */
  readonly beside = signal(false);
  readonly playing = signal(false);
  /** Moments a second. */
  readonly speed = signal(1);
  private ticking: ReturnType<typeof setInterval> | undefined;
  private readonly undone = signal<readonly Visit[]>([]);
  private readonly done = signal<readonly Visit[]>([]);
  readonly settings = new Settings();
  readonly dialog = signal<DialogName | null>(null);
  readonly notice = signal<Notice | null>(null);
  /** The list of scenarios is open, where there is no room for it beside the ladder. */
  readonly menu = signal(false);
  /** What arrows are looked for: words of what is said of them; empty: none. */
  readonly filter = signal('');
  /** Arrows that were put aside to be held against each other, two at most. */
  readonly marked = signal<readonly number[]>([]);
  /** For those who hear the page: what has just come of a step or a command. */
  readonly spoken = signal('');

  readonly scenario = computed<Scenario>(() => scenarioOf(this.recipe.value.scenario) ?? SCENARIOS[0]);
  readonly values = computed<Values>(() => valuesOf(this.scenario.value, this.recipe.value));
  readonly told = computed<Told>(() => tell(this.scenario.value, this.recipe.value));
  readonly story = computed<Story>(() => this.told.value.story ?? EMPTY);
  /** Of each host, as its connections say it. */
  readonly addresses = computed<ReadonlyMap<string, string>>(
    () => new Map(this.story.value.lifelines.map(({ host, local }) => [host, local.replace(/:\d+$/, '')])),
  );
  readonly length = computed(() => this.story.value.moments.length);
  readonly rows = computed<readonly Row[]>(() => rowsOf(this.story.value));
  /** The line of what is chosen. */
  readonly chosenRow = computed<number | null>(() => {
    const chosen = this.chosen.value;
    if (chosen === null) return null;
    const at = this.rows.value.findIndex(({ moment, flight }) =>
      chosen.kind === 'flight' ? flight === chosen.index : moment === chosen.index,
    );
    return at < 0 ? null : at;
  });
  /** What is chosen, or what arrived in the moment that is. */
  readonly packet = computed<Flight | undefined>(() => {
    const { flights, moments } = this.story.value;
    const chosen = this.chosen.value;
    if (chosen?.kind === 'flight') return flights[chosen.index];
    const stimulus = moments[chosen?.index ?? -1]?.stimulus;
    return stimulus?.kind === 'arrival' ? flights[stimulus.flight] : undefined;
  });
  /** The lines that say what is looked for; null: nothing is. */
  readonly found = computed<ReadonlySet<number> | null>(() => {
    const words = this.filter.value.trim().toLowerCase();
    if (words === '') return null;
    const says = (row: Row): boolean =>
      sentenceOf(this.story.value, row, this.messages.value).toLowerCase().includes(words);
    return new Set(this.rows.value.flatMap((row, i) => (says(row) ? [i] : [])));
  });
  /** The run without the edits, to be seen beside the one with them; null: there are none. */
  readonly original = computed<Story | null>(() => {
    const { edits } = this.recipe.value;
    if (edits.length === 0) return null;
    return tell(this.scenario.value, { ...this.recipe.value, edits: edits.slice(0, -1) }).story;
  });
  readonly comparison = computed<Comparison | null>(() => {
    const original = this.original.value;
    const { story } = this.told.value;
    return original === null || story === null ? null : compare(original, story);
  });
  /** The moments of the original that have happened by the time that is shown. */
  readonly originalPosition = computed(() => {
    const now = this.story.value.moments[this.position.value - 1]?.t ?? -1;
    return this.original.value?.moments.filter(({ t }) => t <= now).length ?? 0;
  });
  readonly canUndo = computed(() => this.done.value.length > 0);
  readonly canRedo = computed(() => this.undone.value.length > 0);
  readonly link = computed(() =>
    formatShared({
      recipe: this.recipe.value,
      version: this.version,
      language: this.language.value,
      position: this.position.value,
    }),
  );

  constructor(version: string, language: string, messages: LabMessages, fragment: string) {
    this.version = version;
    this.language = signal(language);
    this.messages = signal(messages);
    this.recipe = signal(recipeOf(SCENARIOS[0].id));
    this.open(fragment);
  }

  /** What a link says; what is none of ours begins at the first scenario. */
  open(fragment: string): void {
    const shared = parseShared(fragment);
    const known = shared !== null && scenarioOf(shared.recipe.scenario) !== null;
    batch(() => {
      this.play(false);
      this.recipe.value = known ? shared.recipe : recipeOf(SCENARIOS[0].id);
      this.forget();
      this.beside.value = this.recipe.value.edits.some(isWhatIf);
      this.goTo(known ? (shared.position ?? 0) : 0);
      this.notice.value = noticeOf(fragment, shared, known, this.version);
    });
  }

  begin(scenario: string): void {
    batch(() => {
      this.recipe.value = recipeOf(scenario);
      this.forget();
      this.position.value = 0;
      this.chosen.value = null;
      this.menu.value = false;
      this.play(false);
    });
  }

  private forget(): void {
    this.done.value = [];
    this.undone.value = [];
    this.marked.value = [];
    this.filter.value = '';
  }

  /** Show the first `position` moments, and choose what the last of them set going. */
  goTo(position: number): void {
    const at = Math.max(0, Math.min(Math.round(position), this.length.value));
    batch(() => {
      this.position.value = at;
      this.chosen.value = at === 0 ? null : this.newsOf(at - 1);
    });
  }

  step(by: number): void {
    this.goTo(this.position.value + by);
  }

  /** Look at a moment: where it has been shown already, nothing is taken back. */
  lookAt(index: number): void {
    if (index < this.position.value) this.choose(this.newsOf(index));
    else this.goTo(index + 1);
  }

  /** The next line of what is shown, or the one before; with a filter, of what was found. */
  select(by: 1 | -1): void {
    const shown = rowsShown(this.rows.value, this.position.value);
    const found = this.found.value;
    let at = this.chosenRow.value ?? (by === 1 ? -1 : shown);
    do at += by;
    while (at >= 0 && at < shown && found !== null && !found.has(at));
    if (at < shown) this.chooseRow(at);
  }

  chooseRow(at: number): void {
    const row = this.rows.value[at];
    if (row !== undefined) this.choose(chosenOf(row));
  }

  /** Put the chosen arrow aside, to be held against another. */
  mark(): void {
    const chosen = this.chosen.value;
    if (chosen?.kind !== 'flight') return;
    const others = this.marked.value.filter((index) => index !== chosen.index);
    this.marked.value =
      others.length < this.marked.value.length ? others : [...others.slice(-1), chosen.index];
  }

  nextScale(): void {
    this.scale.value = SCALES[(SCALES.indexOf(this.scale.value) + 1) % SCALES.length]!;
  }

  /** To the next moment, forwards or back, in which a state changes. */
  stepState(direction: 1 | -1): void {
    const { moments } = this.story.value;
    let at = this.position.value;
    do at += direction;
    while (at > 0 && at < moments.length && !moments[at - 1]!.events.some(({ kind }) => kind === 'state'));
    this.goTo(at);
  }

  faster(by: 1 | -1): void {
    const at = SPEEDS.indexOf(this.speed.value) + by;
    this.setSpeed(SPEEDS[Math.max(0, Math.min(at, SPEEDS.length - 1))]!);
  }

  /** A moment at a time, as many a second as `speed` says, until the end or until told. */
  play(on: boolean): void {
    clearInterval(this.ticking);
    this.playing.value = on;
    if (!on) return;
    this.ticking = setInterval(() => {
      this.step(1);
      if (this.position.value >= this.length.value) this.play(false);
    }, 1000 / this.speed.value);
  }

  setSpeed(speed: number): void {
    this.speed.value = speed;
    if (this.playing.value) this.play(true);
  }

  choose(chosen: Chosen | null): void {
    this.chosen.value = chosen;
  }

  /** A branch, shown as far as the original was. */
  edit(edit: Edit): void {
    this.change(withEdit(this.recipe.value, edit));
  }

  /** What if: a branch, shown to its end beside the original. */
  ask(edit: Edit): void {
    batch(() => {
      this.edit(edit);
      this.beside.value = true;
      this.goTo(this.length.value);
    });
  }

  /** The same of what is chosen; nothing where it is no packet, or cannot be. */
  askOfChosen(what: WhatIf): void {
    const flight = this.packet.value;
    const edit = flight === undefined ? null : whatIf(this.story.value, flight, what);
    if (edit !== null) this.ask(edit);
  }

  /** Bring the explanation of what is chosen to where the keyboard is. */
  showWhy(): void {
    this.panel.value = 'why';
    document.getElementById('why')?.focus();
  }

  set(name: string, value: Value): void {
    this.change(withValue(this.recipe.value, name, value));
  }

  /** Take back the edit of that number, from 0, wherever it stands. */
  takeBack(index: number): void {
    this.change(withoutEdit(this.recipe.value, index));
  }

  /** One of the scenario's experiments, from its beginning; without handles, the scenario as it is. */
  experiment(values: Values): void {
    batch(() => {
      this.change({ ...recipeOf(this.scenario.value.id), values });
      this.goTo(0);
    });
  }

  undo(): void {
    this.turn(this.done, this.undone);
  }

  redo(): void {
    this.turn(this.undone, this.done);
  }

  private turn(from: typeof this.done, to: typeof this.done): void {
    const visit = from.value.at(-1);
    if (visit === undefined) return;
    batch(() => {
      to.value = [...to.value, this.visit()];
      from.value = from.value.slice(0, -1);
      this.recipe.value = visit.recipe;
      this.beside.value = visit.beside;
      this.marked.value = [];
      this.goTo(visit.position);
    });
  }

  private visit(): Visit {
    return { recipe: this.recipe.value, position: this.position.value, beside: this.beside.value };
  }

  private change(recipe: Recipe): void {
    batch(() => {
      this.play(false);
      this.done.value = [...this.done.value, this.visit()];
      this.undone.value = [];
      this.marked.value = [];
      this.recipe.value = recipe;
      this.goTo(this.position.value);
    });
  }

  /** The last flight that leaves in that moment, else what it says beside the lifeline. */
  private newsOf(index: number): Chosen {
    const flight = this.story.value.moments[index]?.flights.at(-1);
    return flight === undefined ? { kind: 'moment', index } : { kind: 'flight', index: flight };
  }
}
