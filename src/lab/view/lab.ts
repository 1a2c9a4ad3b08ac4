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
import { run } from '../model/run.ts';
import { type Scenario, type Values, valuesOf } from '../model/scenario.ts';
import { formatShared, parseShared } from '../model/share.ts';
import type { Story } from '../model/story.ts';
import { SCENARIOS, scenarioOf } from '../scenarios/all.ts';
import type { LabMessages } from '../text/messages.ts';

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
  readonly beside = signal(true);
  readonly playing = signal(false);
  /** Moments a second. */
  readonly speed = signal(1);
  private ticking: ReturnType<typeof setInterval> | undefined;
  private readonly undone = signal<readonly Recipe[]>([]);
  private readonly done = signal<readonly Recipe[]>([]);

  readonly scenario = computed<Scenario>(() => scenarioOf(this.recipe.value.scenario) ?? SCENARIOS[0]);
  readonly values = computed<Values>(() => valuesOf(this.scenario.value, this.recipe.value));
  readonly told = computed<Told>(() => tell(this.scenario.value, this.recipe.value));
  readonly story = computed<Story>(() => this.told.value.story ?? EMPTY);
  /** Of each host, as its connections say it. */
  readonly addresses = computed<ReadonlyMap<string, string>>(
    () => new Map(this.story.value.lifelines.map(({ host, local }) => [host, local.replace(/:\d+$/, '')])),
  );
  readonly length = computed(() => this.story.value.moments.length);
  /** The run without the edits, to be seen beside the one with them; null: there are none. */
  readonly original = computed<Story | null>(() => {
    const { edits } = this.recipe.value;
    if (edits.length === 0) return null;
    return tell(this.scenario.value, { ...this.recipe.value, edits: edits.slice(0, -1) }).story;
  });
  readonly comparison = computed<Comparison | null>(() => {
    const original = this.original.value;
    return original === null ? null : compare(original, this.story.value);
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
    const shared = parseShared(fragment);
    this.language = signal(language);
    this.messages = signal(messages);
    this.recipe = signal(shared?.recipe ?? recipeOf(SCENARIOS[0].id));
    this.position.value = Math.min(shared?.position ?? 0, this.length.value);
  }

  begin(scenario: string): void {
    batch(() => {
      this.recipe.value = recipeOf(scenario);
      this.done.value = [];
      this.undone.value = [];
      this.position.value = 0;
      this.chosen.value = null;
      this.play(false);
    });
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

  /** To the next moment, forwards or back, in which a state changes. */
  stepState(direction: 1 | -1): void {
    const { moments } = this.story.value;
    let at = this.position.value;
    do at += direction;
    while (at > 0 && at < moments.length && !moments[at - 1]!.events.some(({ kind }) => kind === 'state'));
    this.goTo(at);
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

  /** What if: a branch. It is shown as far as the original was. */
  edit(edit: Edit): void {
    this.change(withEdit(this.recipe.value, edit));
  }

  set(name: string, value: Value): void {
    this.change(withValue(this.recipe.value, name, value));
  }

  /** Take back the edit of that number, from 0, wherever it stands. */
  takeBack(index: number): void {
    this.change(withoutEdit(this.recipe.value, index));
  }

  undo(): void {
    const before = this.done.value.at(-1);
    if (before === undefined) return;
    batch(() => {
      this.undone.value = [...this.undone.value, this.recipe.value];
      this.done.value = this.done.value.slice(0, -1);
      this.show(before);
    });
  }

  redo(): void {
    const again = this.undone.value.at(-1);
    if (again === undefined) return;
    batch(() => {
      this.done.value = [...this.done.value, this.recipe.value];
      this.undone.value = this.undone.value.slice(0, -1);
      this.show(again);
    });
  }

  private change(recipe: Recipe): void {
    batch(() => {
      this.done.value = [...this.done.value, this.recipe.value];
      this.undone.value = [];
      this.show(recipe);
    });
  }

  private show(recipe: Recipe): void {
    this.recipe.value = recipe;
    this.position.value = Math.min(this.position.value, this.length.value);
    const { chosen } = this;
    if (chosen.value?.kind === 'flight' && chosen.value.index >= this.story.value.flights.length)
      chosen.value = null;
  }

  /** The last flight that leaves in that moment, else what it says beside the lifeline. */
  private newsOf(index: number): Chosen {
    const flight = this.story.value.moments[index]?.flights.at(-1);
    return flight === undefined ? { kind: 'moment', index } : { kind: 'flight', index: flight };
  }
}

function tell(scenario: Scenario, recipe: Recipe): Told {
  try {
    return { story: run(scenario, recipe), error: null };
  } catch (error) {
    return { story: null, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
