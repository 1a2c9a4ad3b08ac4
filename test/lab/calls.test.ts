import { describe, expect, test } from 'vitest';
import { endsAt, nextTime, socketsAt } from '../../src/lab/model/ends.ts';
import { segmentFault } from '../../src/lab/model/inject.ts';
import { type CallEdit, type Edit, recipeOf, withEdit, withoutEdit } from '../../src/lab/model/recipe.ts';
import { run } from '../../src/lab/model/run.ts';
import { sandbox } from '../../src/lab/scenarios/s18-sandbox.ts';
import { toldOf } from './story.ts';

const made = (...edits: Edit[]) => run(sandbox, edits.reduce(withEdit, recipeOf('s18')));
const call = (t: number, host: string, name: CallEdit['call'], more: Partial<CallEdit> = {}): CallEdit => ({
  kind: 'call',
  t,
  host,
  call: name,
  ...more,
});
const OPEN = call(0, 'client', 'connect', { port: 80 });

describe('calls by hand', () => {
  test('open, write, and close a connection of the sandbox', () => {
    const story = made(
      OPEN,
      call(400, 'client', 'send', { socket: 'client.1', bytes: 10 }),
      call(800, 'client', 'close', { socket: 'client.1' }),
      call(1200, 'server', 'close', { socket: 'server.1' }),
    );
    const told = toldOf(story);
    expect(told).toContain('400 client send(10) sends PSH,ACK');
    expect(told).toContain('800 client close() -> FIN-WAIT-1 sends FIN,ACK');
    expect(told).toContain('1200 server close() -> LAST-ACK sends FIN,ACK');
    expect(endsAt(story, story.moments.length).map(({ state }) => state)).toEqual(['CLOSED', 'CLOSED']);
  });

  test('are seen where TCP hears nothing of them, and where they are refused', () => {
    const told = toldOf(
      made(
        OPEN,
        call(400, 'server', 'pause', { socket: 'server.1' }),
        call(500, 'server', 'listen', { port: 81 }),
        call(600, 'server', 'listen', { port: 81 }),
        call(700, 'server', 'send', { socket: 'server.9', bytes: 1 }),
      ),
    );
    expect(told.slice(-4)).toEqual([
      '400 server [call]',
      '500 server [call]',
      '600 server [call: EADDRINUSE]',
      '700 server [call: EBADF]',
    ]);
  });

  test('of a host that is down are refused, and a reboot begins anew', () => {
    const told = toldOf(
      made(
        { kind: 'crash', t: 10, host: 'client' },
        call(20, 'client', 'connect'),
        { kind: 'reboot', t: 30, host: 'client' },
        call(40, 'client', 'connect'),
      ),
    );
    expect(told.slice(0, 3)).toEqual([
      '10 client [crash]',
      '20 client [call: ENETDOWN]',
      '30 client [reboot]',
    ]);
    expect(told[3]).toBe('40 client connect() -> SYN-SENT sends SYN');
  });

  test('can each be taken back', () => {
    const recipe = [OPEN, call(400, 'server', 'listen', { port: 81 }), call(500, 'server', 'pause')].reduce(
      withEdit,
      recipeOf('s18'),
    );
    expect(withoutEdit(recipe, 1).edits).toEqual([recipe.edits[0], recipe.edits[2]]);
    expect(recipe.edits).toHaveLength(3);
  });
});

describe('sockets by name', () => {
  const story = made(OPEN, call(1000, 'client', 'connect', { port: 80 }));

  test('are there from the call or the acceptance on, each with the state of its connection', () => {
    const names = (shown: number, host: string) =>
      socketsAt(story, shown, host).map(({ socket, state, connection }) => [socket.name, state, connection]);
    expect(names(0, 'client')).toEqual([]);
    expect(names(1, 'client')).toEqual([['client.1', 'SYN-SENT', 1]]);
    expect(names(2, 'server')).toEqual([]);
    expect(names(4, 'server')).toEqual([['server.1', 'ESTABLISHED', 1]]);
    expect(names(story.moments.length, 'client')).toEqual([
      ['client.1', 'ESTABLISHED', 1],
      ['client.2', 'ESTABLISHED', 2],
    ]);
  });

  test('what comes next happens behind what is shown', () => {
    expect(nextTime(story, 0)).toBe(0);
    expect(nextTime(story, 1)).toBe(1);
    expect(nextTime(story, 2)).toBe(101);
  });
});

test('a segment made by hand is judged before it is sent', () => {
  expect(segmentFault('F. 1:1(0) ack 1 win 100 <nop,nop,sack 3:4>')).toBeNull();
  expect(segmentFault('F. 1:1(1) ack 1')).toBe('notation');
  expect(segmentFault('hello')).toBe('notation');
  expect(segmentFault('P. 1:1401(1400) ack 1')).toBeNull();
  expect(segmentFault('P. 1:1402(1401) ack 1')).toBe('length');
});

test('a packet that was corrupted is kept as it arrived', () => {
  const { flights } = made(OPEN, { kind: 'corrupt', from: 'client', to: 'server', index: 0 });
  expect(flights[0]!.damaged).toHaveLength(flights[0]!.bytes.length);
  expect(flights[0]!.damaged).not.toEqual(flights[0]!.bytes);
  expect(flights[1]!.damaged).toBeNull();
});
