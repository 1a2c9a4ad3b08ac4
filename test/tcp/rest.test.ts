// When a connection rests, what wakes it, and that its TCB serves another meanwhile. That nobody notices is told by
// test/pair/rest.test.ts.

import { describe, expect, test } from 'vitest';
import { clone } from '../../src/lib/clone.ts';
import { Rest } from '../../src/tcp/rest.ts';
import { tcpInfo } from '../../src/tcp/tcp-info.ts';
import { established, type Script } from '../support/script.ts';

function resting(t: Script, place = new Rest(1)): Script {
  const { connection } = t;
  const { probe, local, remote } = connection.tcb;
  Object.assign(connection.tcb, { probe: null });
  connection.mayRest(place, { local, remote });
  connection.rest(t.now);
  if (!connection.isResting) Object.assign(connection.tcb, { probe });
  return t;
}

describe('a connection rests', () => {
  test('when nothing is to be done for it, and is what it was when its TCB is asked for', () => {
    const t = established();
    const before = clone(t.connection.info(t.now));
    const { connection } = resting(t);
    expect(connection.isResting).toBe(true);
    expect([connection.state, connection.error, connection.readable]).toEqual(['ESTABLISHED', null, 0]);
    expect([connection.sendQueue, connection.ended]).toEqual([0, false]);
    expect(connection.isResting).toBe(true);
    expect(connection.info(t.now)).toEqual(before);
    expect(connection.isResting).toBe(false);
  });

  test.each([
    ['text is in flight', (t: Script) => t.write(100).takeSent()],
    ['text is unread', (t: Script) => t.in('P. 1:101 ack 1')],
    ['text came out of order', (t: Script) => t.in('P. 101:201 ack 1')],
    ['an ACK is owed', (t: Script) => t.in('P. 1:101 ack 1').connection.receive(t.now)],
  ])('not while %s', (_, happens) => {
    const t = established();
    happens(t);
    expect(resting(t).connection.isResting).toBe(false);
  });

  test('not with an observer, nor before its owner lets it', () => {
    const { connection, now } = established();
    connection.rest(now);
    expect(connection.isResting).toBe(false);
    const { local, remote } = connection.tcb;
    connection.mayRest(new Rest(1), { local, remote });
    connection.rest(now);
    expect(connection.isResting).toBe(connection.tcb.probe === null);
  });

  test('with its keep-alive timer running', () => {
    const t = established();
    t.connection.setKeepAlive({ on: true, idle: 5000, interval: 100, count: 3 }, t.now);
    const { connection } = resting(t);
    expect(connection.isResting).toBe(true);
    expect(connection.deadline).toBe(t.now + 5000);
  });

  test('and what it has of its own is not seen in the connection that has its TCB next', () => {
    const place = new Rest(1);
    const [first, second] = [established(), established()];
    first.connection.setKeepAlive({ on: true, idle: 5000, interval: 100, count: 3 }, first.now);
    first.connection.setSendBuffer(4321);
    const before = [first, second].map(({ connection, now }) => clone(tcpInfo(connection.tcb, now)));
    resting(second, place);
    resting(first, place);
    expect([first, second].map(({ connection }) => connection.isResting)).toEqual([true, true]);
    expect(tcpInfo(second.connection.tcb, second.now)).toEqual(before[1]);
    expect(second.connection.tcb.keepAliveIdle).not.toBe(5000);
    expect(tcpInfo(first.connection.tcb, first.now)).toEqual(before[0]);
    expect([first.connection.tcb.keepAliveIdle, first.connection.sendSpace]).toEqual([5000, 4321]);
  });
});

describe('where connections rest', () => {
  test('the one that woke first rests first, and no more than there should be stay awake', () => {
    const place = new Rest(2);
    const all = Array.from({ length: 5 }, () => {
      const { connection, now } = established();
      const { local, remote } = connection.tcb;
      Object.assign(connection.tcb, { probe: null });
      connection.mayRest(place, { local, remote });
      place.woke(connection);
      place.settle(now);
      return connection;
    });
    expect(all.map(({ isResting }) => isResting)).toEqual([true, true, true, true, false]);
    expect(place.isCrowded).toBe(false);
    expect(all[1]!.tcb.state).toBe('ESTABLISHED');
    expect(place.isCrowded).toBe(true);
    place.settle(0);
    expect(all.map(({ isResting }) => isResting)).toEqual([true, false, true, true, true]);
  });
});
