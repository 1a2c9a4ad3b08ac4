// What a program may hand to a host: addresses as objects or text, and for everything else an error that says what
// is wrong, before anything has happened.
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Host, HostOptions } from '../../src/host/host.ts';
import type { ConnectOptions, ListenOptions } from '../../src/host/open.ts';
import { tee } from '../../src/host/tee.ts';
import { createLink } from '../../src/sim/link.ts';
import { twoHosts } from '../../src/sim/network.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { FakeClock, FakeLink, PEER4, prefix, US4, world } from './support.ts';

const TYPE = 'ERR_INVALID_ARG_TYPE';
const VALUE = 'ERR_INVALID_ARG_VALUE';
const refused = (code: string, message: string | RegExp) =>
  expect.objectContaining({
    name: 'TypeError',
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });

/** Arguments as JavaScript lets a program pass them. */
const connect = (host: Host, options: unknown) => host.connect(options as ConnectOptions);
const listen = (host: Host, options?: unknown) => host.listen(options as ListenOptions);

describe('addresses as text', () => {
  test('connect, listen and ping', () => {
    const { client, server, clock } = twoHosts();
    const listener = server.listen({ port: 7, address: 'fd00::2' });
    const socket = client.connect({ address: 'fd00::2', port: 7, localAddress: 'fd00::1' });
    const replies: string[] = [];
    client.ping('10.0.0.2', { onReply: ({ from }) => replies.push(String(from)) });
    clock.advance(1);
    expect([socket.state, String(listener.accept()?.remote.address), replies]).toEqual([
      'ESTABLISHED',
      'fd00::1',
      ['10.0.0.2'],
    ]);
  });

  test('interfaces and routes', () => {
    const { host, via } = world();
    host.addInterface(new FakeLink('other'), ['192.168.0.1/24', prefix('fd01::1/64')]);
    expect(host.connect({ address: '192.168.0.9', port: 80 }).local.address.toString()).toBe('192.168.0.1');
    host.addRoute('203.0.113.0/24', via, '10.0.0.2');
    expect(host.connect({ address: '203.0.113.5', port: 80 }).local.address.equals(US4)).toBe(true);
  });

  test('endpoints print as text, on both sides', () => {
    const { client, server, clock } = twoHosts();
    const listener = server.listen({ port: 7 });
    const socket = client.connect({ address: '10.0.0.2', port: 7, localPort: 5000 });
    clock.advance(1);
    const peer = listener.accept()!;
    for (const show of [String, (value: unknown) => inspect(value)]) {
      expect([socket.local, socket.remote, peer.local, peer.remote].map(show)).toEqual([
        '10.0.0.1:5000',
        '10.0.0.2:7',
        '10.0.0.2:7',
        '10.0.0.1:5000',
      ]);
    }
  });
});

describe('misuse of a host', () => {
  const probeless = { ...RFC9293, msl: undefined };
  test.each<[string, (host: Host) => unknown, string, string | RegExp]>([
    [
      'connect without options',
      (h) => connect(h, undefined),
      TYPE,
      'connect needs an object of options, not undefined',
    ],
    [
      "node:net's name for the address",
      (h) => connect(h, { host: '10.0.0.2', port: 80 }),
      VALUE,
      'connect has no option called host, only address, port, localAddress, localPort, parameters, hopLimit, diffserv, observers, fastOpen',
    ],
    [
      'no address',
      (h) => connect(h, { port: 80 }),
      TYPE,
      'address must be an Address or its text, not undefined',
    ],
    [
      'null for an address',
      (h) => connect(h, { address: null, port: 80 }),
      TYPE,
      'address must be an Address or its text, not null',
    ],
    [
      'a name',
      (h) => connect(h, { address: 'localhost', port: 80 }),
      VALUE,
      'address must be an IPv4 or IPv6 address, not "localhost"',
    ],
    [
      'a local address',
      (h) => connect(h, { address: PEER4, port: 80, localAddress: 'x' }),
      VALUE,
      /^localAddress must/,
    ],
    [
      'a local port as text',
      (h) => connect(h, { address: PEER4, port: 80, localPort: '1' }),
      TYPE,
      'localPort must be a number, not a string',
    ],
    ['no port', (h) => connect(h, { address: PEER4 }), TYPE, 'port must be a number, not undefined'],
    ['listen without options', (h) => listen(h), TYPE, 'listen needs an object of options, not undefined'],
    ['listen on a number', (h) => listen(h, 80), TYPE, 'listen needs an object of options, not a number'],
    ['listen on a text', (h) => listen(h, { port: '7' }), TYPE, 'port must be a number, not a string'],
    [
      'listen on a host',
      (h) => listen(h, { port: 7, host: '::' }),
      VALUE,
      'listen has no option called host, only port, address, backlog, parameters, hopLimit, diffserv, fastOpenQueue, family, exclusive, keepEnded',
    ],
    ['listen at a name', (h) => listen(h, { port: 7, address: 'me' }), VALUE, /^address must be an IPv4/],
    [
      'ping without options',
      (h) => h.ping('10.0.0.2', undefined as never),
      TYPE,
      'ping needs an object of options, not undefined',
    ],
    [
      'ping without a listener',
      (h) => h.ping('10.0.0.2', {} as never),
      TYPE,
      'onReply must be a function, not undefined',
    ],
    ['ping to a name', (h) => h.ping('peer', { onReply: () => {} }), VALUE, /^address must be an IPv4/],
    [
      'null for a prefix',
      (h) => h.addInterface(new FakeLink(), [null as never]),
      TYPE,
      'addresses[0] must be a Prefix or its text, not null',
    ],
    [
      'one text for a list',
      (h) => h.addInterface(new FakeLink(), '10.0.0.7/24' as never),
      TYPE,
      'addresses must be an array, not a string',
    ],
    [
      'both ends of a link for one',
      (h) => h.addInterface(createLink({ clock: new FakeClock() }) as never, []),
      TYPE,
      'link must be a Link, but lacks attach, transmit',
    ],
    ['no link', (h) => h.addInterface(undefined as never, []), TYPE, 'link must be a Link, not undefined'],
    [
      'a route to a name',
      (h) => h.addRoute('default', h.interfaces[0]!),
      VALUE,
      /^prefix must be an address/,
    ],
    ['a gateway by name', (h) => h.addRoute('::/0', h.interfaces[0]!, 'gw'), VALUE, /^gateway must be/],
    [
      'some parameters instead of all',
      (h) => connect(h, { address: PEER4, port: 80, parameters: { msl: 1000 } }),
      VALUE,
      /^parameters lack rtoInitial, .*: start from all of RFC9293 or LINUX$/,
    ],
    [
      'a parameter without a value',
      (h) => listen(h, { port: 7, parameters: probeless }),
      TYPE,
      'parameters.msl must be a number, not undefined',
    ],
    [
      'a parameter of a wrong type',
      (h) => listen(h, { port: 7, parameters: { ...LINUX, nagle: 0 } }),
      TYPE,
      'parameters.nagle must be a boolean, not a number',
    ],
    [
      'a parameter that there is not',
      (h) => listen(h, { port: 7, parameters: { ...LINUX, mls: 0 } }),
      VALUE,
      /^parameters has no option called mls/,
    ],
  ])('%s', (_, misuse, code, message) => {
    const { host, link } = world();
    expect(() => misuse(host)).toThrow(refused(code, message));
    expect([link.sent, [...host.sockets()], [...host.listeners()], host.interfaces.length]).toEqual([
      [],
      [],
      [],
      1,
    ]);
  });

  test.each([
    [{ msl: Number.NaN }, 'ERR_OUT_OF_RANGE', /^parameters.msl must be from 0 to .*, not NaN$/],
    [{ receiveBuffer: 0 }, 'ERR_OUT_OF_RANGE', /^parameters.receiveBuffer must be from 1 to/],
    [{ receiveBuffer: 2 ** 30 }, 'ERR_OUT_OF_RANGE', /^parameters.receiveBuffer must be from 1 to/],
    [{ delayedAck: 500 }, 'ERR_OUT_OF_RANGE', /^parameters.delayedAck must be from 0 to 499, not 500$/],
    [{ keepAliveCount: 1 }, 'ERR_OUT_OF_RANGE', /^parameters.keepAliveCount must be from 2/],
    [{ rtoInitial: Number.NaN }, 'ERR_OUT_OF_RANGE', /^parameters.rtoInitial must be from 1/],
    [{ congestionControl: 'vegas' }, 'ERR_INVALID_ARG_VALUE', /must be cubic or reno, not "vegas"$/],
  ])('%j is out of range (MUST-29, MUST-40)', (change, code, message) => {
    const { host } = world();
    const parameters = { ...LINUX, ...change } as typeof LINUX;
    expect(() => host.listen({ port: 7, parameters })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe('misuse of the constructor', () => {
  const make = (changes: object) => () => world({}, changes as Partial<HostOptions>);
  const methods = {
    segmentArrives() {},
    segmentDropped() {},
    stateChange() {},
    timerSet() {},
    timerFired() {},
    rule() {},
    packetSent() {},
    packetReceived() {},
    packetDropped() {},
  };
  test.each<[object, string, string | RegExp]>([
    [
      { seed: 1 },
      VALUE,
      'Host has no option called seed, only name, clock, random, parameters, probe, limits, fastOpenKey',
    ],
    [{ name: 5 }, TYPE, 'name must be a string, not a number'],
    [{ clock: Date }, TYPE, 'clock must be a Clock, not a function'],
    [{ clock: {} }, TYPE, 'clock must be a Clock, but lacks now, alarm'],
    [{ random: 7 }, TYPE, 'random must be a function, not a number'],
    [{ limits: { ping: 5 } }, VALUE, /^limits has no option called ping, only fragmentBytes, /],
    [{ parameters: { msl: 5 } }, VALUE, /^parameters lack rtoInitial/],
    [{ probe: methods }, TYPE, 'probe must be a HostProbe, but lacks segmentSent, userCall'],
    [{ probe: { ...methods, segmentSent() {}, userCall: 1 } }, TYPE, /lacks userCall$/],
    [{ probe: () => {} }, TYPE, 'probe must be a HostProbe, not a function'],
  ])('%o', (changes, code, message) => {
    expect(make(changes)).toThrow(refused(code, message));
  });
});

test('a probe that lacks a method cannot hide among others', () => {
  expect(() => tee({ userCall() {} } as never)).toThrow(
    refused(TYPE, /^probe must be .* lacks segmentArrives, /),
  );
});

describe('what is sent and received', () => {
  const established = () => {
    const { client, server, clock } = twoHosts();
    const listener = server.listen({ port: 7 });
    const socket = client.connect({ address: '10.0.0.2', port: 7 });
    clock.advance(1);
    return { socket, peer: listener.accept()!, clock };
  };

  test.each([
    ['hello', 'a string'],
    [new ArrayBuffer(3), 'an ArrayBuffer'],
    [new Uint16Array(3), 'a Uint16Array'],
    [[1, 2, 3], 'an array'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('%o is refused, and nothing is queued', (data, kind) => {
    const { socket } = established();
    expect(() => socket.send(data as never)).toThrow(refused(TYPE, `data must be a Uint8Array, not ${kind}`));
    expect(socket.sendQueue).toBe(0);
  });

  test("sendQueue says when the bytes are the program's again", () => {
    const { socket, peer, clock } = established();
    const data = Uint8Array.of(1, 2, 3);
    expect([socket.send(data), socket.sendQueue]).toEqual([3, 3]);
    clock.advance(300);
    expect([socket.sendQueue, socket.info().sendQueue]).toEqual([0, 0]);
    expect(peer.receive()).toEqual(data);
  });

  test('receive counts in whole bytes', () => {
    const { socket, peer, clock } = established();
    socket.send(Uint8Array.of(1, 2, 3));
    clock.advance(1);
    for (const bad of [1.5, NaN, -1]) expect(() => peer.receive(bad)).toThrow(RangeError);
    expect(() => peer.receive('2' as never)).toThrow(
      refused(TYPE, 'maxBytes must be a number, not a string'),
    );
    expect([peer.receive(2), peer.receive()]).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)]);
  });
});
