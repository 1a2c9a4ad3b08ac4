import { describe, expect, test } from 'vitest';
import { compare } from '../../src/lab/model/compare.ts';
import { type Edit, recipeOf, withEdit, withoutLastEdit, withValue } from '../../src/lab/model/recipe.ts';
import { run } from '../../src/lab/model/run.ts';
import { open } from '../../src/lab/scenarios/s01-open.ts';
import { toldOf } from './story.ts';

const plain = recipeOf('s1');
const edited = (...edits: Edit[]) => run(open, edits.reduce(withEdit, plain));

describe('a story', () => {
  test('has a moment for each call, arrival and timer, with what follows from it (C04, C05, C07)', () => {
    expect(toldOf(run(open, plain))).toEqual([
      '0 client connect() -> SYN-SENT sends SYN',
      '100 server gets SYN -> LISTEN, SYN-RECEIVED sends SYN,ACK',
      '200 client gets SYN,ACK -> ESTABLISHED sends ACK',
      '300 server gets ACK -> ESTABLISHED',
    ]);
  });

  test('says what brought each moment about', () => {
    const story = edited({ kind: 'drop', from: 'client', to: 'server', index: 1 });
    expect(story.moments.map(({ cause }) => cause)).toEqual([null, 0, 1, 1, 3, 4]);
    expect(story.moments[3]!.stimulus).toEqual({ kind: 'timer', timer: 'retransmission' });
  });

  test('has the variables before and after', () => {
    const { moments } = run(open, plain);
    expect(moments[0]!.before).toBeNull();
    expect(moments[2]!.before!.info.state).toBe('SYN-SENT');
    expect(moments[2]!.after!.info.state).toBe('ESTABLISHED');
    expect(moments[2]!.after!.info.sndUna - moments[2]!.before!.info.sndUna).toBe(1);
    expect(moments[0]!.after!.timers).toEqual({ retransmission: 1000 });
    expect(moments[2]!.after!.timers).toEqual({});
  });

  test('has a flight for each packet, with its bytes and its fate', () => {
    const { flights } = edited({ kind: 'drop', from: 'client', to: 'server', index: 1 });
    expect(flights.map(({ from, number, lost }) => [from, number, lost?.reason ?? null])).toEqual([
      ['client', 0, null],
      ['server', 0, null],
      ['client', 1, 'filter'],
      ['server', 1, null],
      ['client', 2, null],
    ]);
    expect(flights[3]).toMatchObject({ retransmission: true, original: 1, departed: 1100 });
    expect(flights[0]!.bytes[0]! >> 4).toBe(4);
    expect(flights[0]!.arrivals).toEqual([{ t: 100, moment: 1 }]);
  });

  test('has the states of each end, and who listens', () => {
    const { lifelines, listeners } = run(open, plain);
    expect(
      lifelines.map(({ host, states }) => [host, ...states.map(({ t, state }) => `${t} ${state}`)]),
    ).toEqual([
      ['client', '0 CLOSED', '0 SYN-SENT', '200 ESTABLISHED'],
      ['server', '100 CLOSED', '100 LISTEN', '100 SYN-RECEIVED', '300 ESTABLISHED'],
    ]);
    expect(listeners).toEqual([{ host: 'server', port: 80, t: 0 }]);
  });

  test('is the same for the same recipe, and begins the same for a branch', () => {
    const branch = withEdit(plain, { kind: 'drop', from: 'server', to: 'client', index: 0 });
    expect(run(open, branch)).toEqual(run(open, branch));
    expect(run(open, withoutLastEdit(branch))).toEqual(run(open, plain));
    expect(run(open, { ...plain, seed: 2 }).flights[0]!.bytes).not.toEqual(
      run(open, plain).flights[0]!.bytes,
    );
  });
});

describe('edits', () => {
  test('a packet arrives twice', () => {
    const story = edited({ kind: 'duplicate', from: 'client', to: 'server', index: 0 });
    expect(story.flights[0]!.arrivals.map(({ moment }) => moment)).toEqual([1, 2]);
  });

  test('a packet arrives late', () => {
    const story = edited({ kind: 'delay', from: 'server', to: 'client', index: 0, ms: 300 });
    expect(story.flights[0]!.arrivals[0]!.t).toBe(100);
    expect(story.flights[1]!.arrivals[0]!.t).toBe(500);
  });

  test('a packet arrives damaged, and nothing comes of it but a retransmission', () => {
    const story = edited({ kind: 'corrupt', from: 'client', to: 'server', index: 0 });
    expect(story.flights[0]!.corrupted).toBe(true);
    const refused = story.moments[1]!.events;
    expect(refused).toEqual([expect.objectContaining({ kind: 'packet-dropped' })]);
    expect(toldOf(story)[2]).toBe('1000 client retransmission timer sends SYN again');
  });

  test('a host crashes: it says nothing more, and what comes for it is lost', () => {
    const story = edited({ kind: 'crash', t: 150, host: 'server' });
    expect(toldOf(story).slice(2)).toEqual([
      '150 server [crash]',
      '200 client gets SYN,ACK -> ESTABLISHED sends ACK lost (unattached)',
    ]);
  });

  test('a host that is rebooted knows nothing of its connections (§3.5.1)', () => {
    const story = edited(
      { kind: 'crash', t: 400, host: 'server' },
      { kind: 'reboot', t: 500, host: 'server' },
      { kind: 'call', t: 600, host: 'client', call: 'send', socket: 'client.1', bytes: 3 },
    );
    expect(toldOf(story).slice(4)).toEqual([
      '400 server [crash]',
      '500 server [reboot]',
      '600 client send(3) sends PSH,ACK',
      '700 server gets PSH,ACK sends RST',
      '800 client gets RST -> CLOSED',
    ]);
    expect(story.listeners.map(({ t }) => t)).toEqual([0, 500]);
  });

  test('every link is cut, and mended', () => {
    const story = edited({ kind: 'cut', t: 50 }, { kind: 'restore', t: 1500 });
    expect(toldOf(story).slice(0, 5)).toEqual([
      '0 client connect() -> SYN-SENT sends SYN lost (cut)',
      '50 client [cut]',
      '1000 client retransmission timer sends SYN again lost (cut)',
      '1500 client [restore]',
      '3000 client retransmission timer sends SYN again',
    ]);
  });

  test('a person makes calls; one that the host refuses is told as what it is', () => {
    const at = { kind: 'call', host: 'client', socket: 'client.1' } as const;
    const story = edited(
      { ...at, t: 400, call: 'close' },
      { ...at, t: 450, call: 'send', bytes: 1 },
      { kind: 'call', t: 460, host: 'server', call: 'listen', port: 80 },
    );
    expect(toldOf(story).slice(4)).toEqual([
      '400 client close() -> FIN-WAIT-1 sends FIN,ACK',
      '450 client [call: EPIPE]',
      '460 server [call: EADDRINUSE]',
      '500 server gets FIN,ACK -> CLOSE-WAIT sends ACK',
      '600 client gets ACK -> FIN-WAIT-2',
      expect.stringContaining('fin-wait-2 timer -> CLOSED'),
    ]);
  });

  test('a segment made by hand goes the way of those it is made like', () => {
    const inject = { kind: 'inject', t: 400, from: 'client', connection: 1 } as const;
    const story = edited({ ...inject, segment: 'R 1:1' });
    expect(toldOf(story).slice(4)).toEqual([
      '400 client [inject] sends RST',
      '500 server gets RST -> CLOSED',
    ]);
    expect(toldOf(edited({ ...inject, segment: 'R 1;1' })).at(-1)).toBe('400 client [inject: EINVAL]');
    expect(toldOf(edited({ ...inject, segment: 'R 1:1', connection: 7 })).at(-1)).toBe(
      '400 client [inject: ENOTCONN]',
    );
  });
});

describe('handles', () => {
  test('change the run, within their range', () => {
    expect(run(open, withValue(plain, 'rtt', 10)).end).toBe(15);
    expect(run(open, withValue(plain, 'rtt', -10)).end).toBe(0);
    expect(toldOf(run(open, withValue(plain, 'listening', false)))).toEqual([
      '0 client connect() -> SYN-SENT sends SYN',
      '100 server gets SYN sends RST,ACK',
      '200 client gets RST,ACK -> CLOSED',
    ]);
  });

  test('that a scenario does not have are passed over', () => {
    expect(run(open, withValue(plain, 'nonsense', 3))).toEqual(run(open, plain));
    expect(run(open, withValue(plain, 'preset', 'no such'))).toEqual(run(open, plain));
  });
});

describe('two runs beside each other', () => {
  const original = run(open, plain);

  test('that are alike differ nowhere', () => {
    expect(compare(original, run(open, plain))).toMatchObject({ common: 4, first: null, later: 0 });
  });

  test('part where a packet fares differently, and end as they end', () => {
    const branch = edited({ kind: 'drop', from: 'client', to: 'server', index: 1 });
    expect(compare(original, branch)).toEqual({
      common: 2,
      first: 2,
      outcomes: [
        { host: 'client', connection: 1, original: 'ESTABLISHED', branch: 'ESTABLISHED' },
        { host: 'server', connection: 1, original: 'ESTABLISHED', branch: 'ESTABLISHED' },
      ],
      later: 1000,
    });
  });
});
