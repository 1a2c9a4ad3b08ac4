// What the page is made from: a story line by line, a segment field by field, and what is asked of a packet.
import { describe, expect, test } from 'vitest';
import {
  arrowOfFlight,
  flightOfArrow,
  momentOfNote,
  noteId,
  pictureOf,
} from '../../src/lab/model/picture.ts';
import { recipeOf, withEdit } from '../../src/lab/model/recipe.ts';
import { rowsOf, rowsShown } from '../../src/lab/model/rows.ts';
import { run } from '../../src/lab/model/run.ts';
import { acknowledgedBy, fieldChanges, previousOf } from '../../src/lab/model/segment-fields.ts';
import type { Story } from '../../src/lab/model/story.ts';
import { isWhatIf, type WhatIf, whatIf } from '../../src/lab/model/what-if.ts';
import { open } from '../../src/lab/scenarios/s01-open.ts';
import { close } from '../../src/lab/scenarios/s02-close.ts';
import { loss } from '../../src/lab/scenarios/s13-loss.ts';
import { toldOf } from './story.ts';

const story = run(close, recipeOf('s2'));
const losses = run(loss, recipeOf('s13'));

describe('rows', () => {
  test('are one for each packet that left, and one for each moment in which none did', () => {
    const rows = rowsOf(losses);
    const left = losses.flights.filter(({ moment }) => moment !== null).length;
    const silent = losses.moments.filter(({ flights }) => flights.length === 0).length;
    expect(rows.length).toBe(left + silent);
    expect(rows.filter(({ first }) => first).map(({ moment }) => moment)).toEqual(
      losses.moments.map(({ index }) => index),
    );
    for (let shown = 0; shown <= losses.moments.length; shown++) {
      expect(rowsShown(rows, shown)).toBe(rows.filter(({ moment }) => moment < shown).length);
    }
  });
});

describe('fields', () => {
  const [syn, synAck, ack] = story.flights;

  test('stand beside those of the last segment of the same sender', () => {
    expect(previousOf(story, syn!)).toBeNull();
    expect(previousOf(story, ack!)).toBe(syn);
    const changed = fieldChanges(ack!, syn!).filter(({ value, previous }) => value !== previous);
    expect(changed).toContainEqual({ name: 'SEG.SEQ', value: '1', previous: '0' });
    expect(changed).toContainEqual({ name: 'SEG.ACK', value: '1', previous: '–' });
    expect(changed).toContainEqual({ name: 'CTL', value: 'ACK', previous: 'SYN' });
    expect(fieldChanges(syn!, null).every(({ previous }) => previous === null)).toBe(true);
  });

  test('an ACK acknowledges what no ACK before it did: SYN and FIN count one each (§3.4)', () => {
    expect(acknowledgedBy(story, synAck!)).toEqual([syn]);
    expect(acknowledgedBy(story, ack!)).toEqual([synAck]);
    const fin = story.flights.find(({ segment }) => segment?.flags === 'FIN,ACK')!;
    expect(acknowledgedBy(story, story.flights[fin.index + 1]!)).toEqual([fin]);
    expect(acknowledgedBy(story, syn!)).toEqual([]);
  });

  test('one ACK acknowledges many segments', () => {
    const many = losses.flights.map((flight) => acknowledgedBy(losses, flight).length);
    expect(Math.max(...many)).toBeGreaterThan(2);
  });
});

describe('what if a packet is', () => {
  const ask = (flight: number, what: WhatIf): Story => {
    const edit = whatIf(story, story.flights[flight]!, what)!;
    expect(isWhatIf(edit)).toBe(true);
    return run(close, withEdit(recipeOf('s2'), edit));
  };

  test('lost, twice there, corrupted', () => {
    expect(ask(0, 'drop').flights[0]!.lost).not.toBeNull();
    expect(ask(0, 'duplicate').flights[0]!.arrivals).toHaveLength(2);
    expect(ask(0, 'corrupt').flights[0]!.corrupted).toBe(true);
  });

  test('late: its sender loses patience first (RFC 6298 §2.1)', () => {
    const opened = run(open, recipeOf('s1'));
    const late = run(open, withEdit(recipeOf('s1'), whatIf(opened, opened.flights[0]!, 'late')!));
    expect(late.flights[0]!.arrivals[0]!.t).toBe(1600);
    expect(late.flights[1]!.retransmission).toBe(true);
  });

  test('swapped with the next one of its direction, which then comes first', () => {
    const swapped = ask(2, 'swapped');
    const [ack, next] = swapped.flights.filter(({ from }) => from === 'client').slice(1);
    expect(next!.arrivals[0]!.t).toBeLessThan(ack!.arrivals[0]!.t);
    const last = story.flights.findLast(({ from }) => from === 'client')!;
    expect(whatIf(story, last, 'swapped')).toBeNull();
  });

  test('sent to a host that crashes as it leaves', () => {
    expect(toldOf(ask(0, 'crash')).slice(0, 2)).toEqual([
      expect.stringContaining('[crash]'),
      expect.stringContaining('connect()'),
    ]);
  });
});

describe('a picture of a story', () => {
  const words = {
    host: (name: string) => name,
    flight: () => ({ label: '', detail: '' }),
    moment: () => 'note',
  };
  const at = (shown: number) => pictureOf(story, shown, new Map(), words);

  test('knows what is under way', () => {
    expect(at(1).arrows.map(({ fate, arrives }) => [fate, arrives])).toEqual([['underway', null]]);
    expect(at(2).arrows.map(({ fate }) => fate)).toEqual(['arrives', 'underway']);
  });

  test('gives arrows and notes ids that are not mistaken for each other', () => {
    const { arrows, notes } = at(story.moments.length);
    const ids = [...arrows, ...notes].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(arrows.map(({ id }) => flightOfArrow(id))).toEqual(story.flights.map(({ index }) => index));
    expect(notes.map(({ id }) => momentOfNote(id))).toEqual(story.moments.map(({ index }) => index));
    expect(flightOfArrow(arrowOfFlight(7))).toBe(7);
    expect(momentOfNote(noteId(7))).toBe(7);
  });
});
