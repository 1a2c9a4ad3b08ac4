// The ways a connection ends, between two engines: by either side, half, at once, abruptly, and by silence.

import { describe, expect, test } from 'vitest';
import { twoHosts } from '../../src/sim/network.ts';
import { CONNECTED } from '../../src/tcp/notice.ts';
import type { State } from '../../src/tcp/state.ts';
import { Address } from '../../src/wire/address.ts';
import {
  App,
  converge,
  establish,
  expectNothingLeft,
  expectStreams,
  pair,
  serverAddress,
  serverApp,
} from '../support/pair.ts';

const PATIENT = { r2: 1e9, r2Syn: 1e9, r2SynAck: 1e9 };
const seeds = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

describe('§3.6 by FIN', () => {
  test('the client first: its states and the server’s (C18-C25)', () => {
    const t = pair({
      delay: 10,
      client: { bytes: 100, closing: 'when-sent' },
      server: { bytes: 0, closing: 'after-peer' },
    });
    converge(t);
    expectStreams(t, 100, 0);
    expect([t.apps.client.socket.state, serverApp(t).socket.state]).toEqual(['TIME-WAIT', 'CLOSED']);
    expectNothingLeft(t);
    expect(t.apps.client.socket.state).toBe('CLOSED');
  });

  test('the server first: the server waits in TIME-WAIT', () => {
    const t = pair({
      delay: 10,
      client: { bytes: 10, closing: 'after-peer' },
      server: { bytes: 5000, closing: 'when-sent' },
    });
    converge(t);
    expectStreams(t, 10, 5000);
    expect([t.apps.client.socket.state, serverApp(t).socket.state]).toEqual(['CLOSED', 'TIME-WAIT']);
    expectNothingLeft(t);
  });

  test.each([
    ['client', 0, 200_000],
    ['server', 200_000, 0],
  ] as const)(
    'half-close by the %s: the other direction goes on (C21)',
    (first, clientBytes, serverBytes) => {
      for (const seed of seeds(10)) {
        const t = pair({
          seed,
          delay: 10,
          loss: 0.03,
          parameters: PATIENT,
          client: { bytes: clientBytes, closing: 'when-sent' },
          server: { bytes: serverBytes, closing: 'when-sent' },
        });
        converge(t);
        expectStreams(t, clientBytes, serverBytes);
        const half = first === 'client' ? t.apps.client : serverApp(t);
        expect(half.states).toContain<State>('FIN-WAIT-2');
        expectNothingLeft(t);
      }
    },
  );

  test('both at once: CLOSING, and TIME-WAIT at both ends (fig. 13)', () => {
    const t = pair({ delay: 10 });
    establish(t);
    t.clock.advance(100);
    t.apps.client.socket.shutdown();
    serverApp(t).socket.shutdown();
    t.clock.advance(10);
    expect([t.apps.client.socket.state, serverApp(t).socket.state]).toEqual(['CLOSING', 'CLOSING']);
    t.clock.advance(10);
    expect([t.apps.client.socket.state, serverApp(t).socket.state]).toEqual(['TIME-WAIT', 'TIME-WAIT']);
    expectStreams(t, 0, 0);
    expectNothingLeft(t);
  });

  test('both at once over a path that loses a fifth, 50 seeds', () => {
    for (const seed of seeds(50)) {
      const t = pair({
        seed,
        delay: 10,
        loss: 0.2,
        parameters: PATIENT,
        client: { bytes: 1, closing: 'when-sent' },
        server: { bytes: 1, closing: 'when-sent' },
      });
      converge(t);
      expectStreams(t, 1, 1);
      expectNothingLeft(t);
    }
  });

  test('a last ACK that is lost is sent again, and TIME-WAIT starts over (C29)', () => {
    let acks = 0;
    const t = pair({
      delay: 10,
      client: { bytes: 0, closing: 'when-sent' },
      server: { bytes: 0, closing: 'after-peer' },
    });
    establish(t);
    // In TIME-WAIT the client sends nothing but that ACK: lose two of them.
    t.link.filter = (_packet, direction) => {
      const last = direction === 'a->b' && t.apps.client.socket.state === 'TIME-WAIT';
      return last && ++acks <= 2 ? 'drop' : 'pass';
    };
    converge(t);
    expect(acks).toBe(3);
    expect(serverApp(t).socket.state).toBe('CLOSED');
    const entered = t.clock.now();
    t.clock.runUntil(() => t.apps.client.socket.state === 'CLOSED', 1e7);
    expect(t.clock.now() - entered).toBeGreaterThan(2 * t.parameters.msl - 100);
    expectNothingLeft(t);
  });
});

describe('§3.5 simultaneous open (MUST-10, fig. 7)', () => {
  test('two active opens make one connection that carries text both ways', () => {
    for (const seed of seeds(10)) {
      const { clock, client, server } = twoHosts({ seed, delay: 10, loss: seed === 1 ? 0 : 0.1 });
      const [a, b] = [Address.parse('10.0.0.1')!, Address.parse('10.0.0.2')!];
      const plan = { bytes: 3000, closing: 'when-sent' } as const;
      const left = new App(client.connect({ address: b, port: 2000, localPort: 1000 }), plan, 1, 2);
      const right = new App(server.connect({ address: a, port: 1000, localPort: 2000 }), plan, 2, 1);
      expect(clock.runUntil(() => left.isOver && right.isOver, 600_000)).toBe(true);
      for (const app of [left, right]) {
        expect([app.received, app.wrongAt, app.socket.error, app.ended]).toEqual([3000, -1, null, true]);
      }
    }
  });
});

describe('abruptly (C30)', () => {
  test('abort resets the peer, which hears ECONNRESET', () => {
    const t = pair({ delay: 10 });
    establish(t);
    t.clock.advance(100);
    t.apps.client.socket.abort();
    t.clock.advance(10);
    expect([t.apps.client.socket.state, serverApp(t).socket.state]).toEqual(['CLOSED', 'CLOSED']);
    expect(serverApp(t).socket.error).toBe('ECONNRESET');
    expectNothingLeft(t);
  });

  test('close with text unread resets too (SHLD-3)', () => {
    const t = pair({ delay: 10, client: { bytes: 50_000, closing: 'never' } });
    establish(t);
    serverApp(t).reading = false;
    t.clock.advance(100);
    expect(serverApp(t).socket.readable).toBeGreaterThan(0);
    serverApp(t).socket.close();
    t.clock.advance(100);
    expect([t.apps.client.socket.error, serverApp(t).socket.state]).toEqual(['ECONNRESET', 'CLOSED']);
    expectNothingLeft(t);
  });

  test('an abort whose RST is lost: the peer learns of it when it sends, 50 seeds', () => {
    for (const seed of seeds(50)) {
      const t = pair({
        seed,
        delay: 10,
        loss: 0.2,
        parameters: PATIENT,
        server: { bytes: 500_000, closing: 'never' },
      });
      establish(t);
      t.clock.advance(100);
      t.link.aToB.cut();
      t.apps.client.socket.abort();
      t.link.aToB.restore();
      expect(t.clock.runUntil(() => serverApp(t).failed, 10_000_000)).toBe(true);
      expect(serverApp(t).socket.error).toBe('ECONNRESET');
      expectNothingLeft(t);
    }
  });

  test('no listener: ECONNREFUSED (C03)', () => {
    const { clock, client, server, link } = twoHosts({ delay: 10 });
    const socket = client.connect({ address: Address.parse('10.0.0.2')!, port: 81 });
    clock.advance(20);
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'ECONNREFUSED']);
    clock.advance(1000);
    expect([[...client.sockets()].length, [...server.sockets()].length]).toEqual([0, 0]);
    expect([clock.next(), link.aToB.inFlight, link.bToA.inFlight]).toEqual([Infinity, 0, 0]);
  });
});

test('a link that is removed takes its connections with it: ENETDOWN at both ends', () => {
  const t = pair({ delay: 10, client: { bytes: 100_000, closing: 'never' } });
  establish(t);
  t.link.remove();
  expect([t.apps.client.socket.error, serverApp(t).socket.error]).toEqual(['ENETDOWN', 'ENETDOWN']);
  expectNothingLeft(t);
});

test('two hundred connections at once over a path that harms them: every stream whole, tables empty', () => {
  const t = pair({
    seed: 3,
    delay: 10,
    loss: 0.03,
    reorder: { probability: 0.1, extraDelay: 8 },
    parameters: PATIENT,
  });
  const { clock, client, server, listener } = t;
  const plan = { bytes: 3000, closing: 'when-sent' } as const;
  const apps: App[] = [];
  listener.notify = () => {
    for (let child = listener.accept(); child !== null; child = listener.accept()) {
      const { port } = child.remote;
      const app = new App(child, plan, port, -port);
      apps.push(app);
      app.notices |= CONNECTED;
      app.pump();
    }
  };
  t.apps.client.socket.abort();
  for (let n = 0; n < 200; n++) {
    const socket = client.connect({ address: serverAddress(4), port: 80 });
    apps.push(new App(socket, plan, -socket.local.port, socket.local.port));
  }
  expect(clock.runUntil(() => apps.length === 400 && apps.every((app) => app.isOver), 3_600_000)).toBe(true);
  for (const { received, wrongAt, socket } of apps) {
    expect([received, wrongAt, socket.error]).toEqual([3000, -1, null]);
  }
  expect(server.counters.dropped['tcp-backlog']).toBe(0);
  expectNothingLeft(t);
});

describe('by silence (C14, C32)', () => {
  test('a path that is cut and restored in time: the transfer goes on', () => {
    const t = pair({
      delay: 10,
      rate: 1_000_000,
      parameters: PATIENT,
      client: { bytes: 100_000, closing: 'when-sent' },
      server: { bytes: 0, closing: 'after-peer' },
    });
    establish(t);
    t.clock.advance(200);
    t.link.cut();
    t.clock.advance(90_000);
    expect(serverApp(t).received).toBeLessThan(100_000);
    t.link.restore();
    converge(t);
    expectStreams(t, 100_000, 0);
    expectNothingLeft(t);
  });

  test('a path that stays cut: whoever has something to send gives up with ETIMEDOUT', () => {
    const t = pair({
      delay: 10,
      rate: 1_000_000,
      client: { bytes: 100_000, closing: 'when-sent' },
      server: { bytes: 100_000, closing: 'when-sent' },
    });
    establish(t);
    t.clock.advance(200);
    t.link.cut();
    t.clock.advance(10 * t.parameters.r2);
    expect([t.apps.client.socket.error, serverApp(t).socket.error]).toEqual(['ETIMEDOUT', 'ETIMEDOUT']);
    expectNothingLeft(t);
  });

  test('a SYN that nobody answers: ETIMEDOUT after R2 for SYNs (MUST-23)', () => {
    const t = pair({ cut: true });
    t.clock.advance(t.parameters.r2Syn - 1);
    expect(t.apps.client.socket.state).toBe('SYN-SENT');
    t.clock.advance(t.parameters.r2Syn);
    expect([t.apps.client.socket.state, t.apps.client.socket.error]).toEqual(['CLOSED', 'ETIMEDOUT']);
    expectNothingLeft(t);
  });
});
