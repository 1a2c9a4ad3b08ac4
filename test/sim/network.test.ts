import { describe, expect, test } from 'vitest';
import { Network, twoHosts } from '../../src/sim/network.ts';
import { Address, Prefix } from '../../src/wire/address.ts';

const ip = (text: string): Address => Address.parse(text)!;

describe('twoHosts', () => {
  test.each(['10.0.0.2', 'fd00::2'])('%s answers a ping after one round trip', (address) => {
    const { clock, client } = twoHosts({ delay: 15 });
    const replies: number[] = [];
    client.ping(ip(address), { onReply: () => replies.push(clock.now()) });
    clock.advance(1000);
    expect(replies).toEqual([30]);
  });

  test('has no IPv6 where the MTU is below 1280', () => {
    const { client } = twoHosts({ mtu: 1279 });
    expect(() => client.connect({ address: ip('fd00::2'), port: 80 })).toThrow(
      expect.objectContaining({ code: 'ENETUNREACH' }),
    );
  });

  test('the secrets of hosts differ, and follow from the seed', () => {
    const ports = (seed: number): number[] => {
      const { client, server } = twoHosts({ seed });
      return [
        client.connect({ address: ip('10.0.0.2'), port: 80 }).local.port,
        server.connect({ address: ip('10.0.0.1'), port: 80 }).local.port,
      ];
    };
    expect(ports(1)).toEqual(ports(1));
    expect(ports(1)).not.toEqual(ports(2));
    const [ofClient, ofServer] = ports(1);
    expect(ofClient).not.toBe(ofServer);
  });

  test('options reach the link and the hosts', () => {
    const t = twoHosts({ name: 'wire', a: { loss: 0.5 }, mtu: 9000 });
    expect([t.link.name, t.link.mtu, t.link.aToB.impairments.loss, t.link.bToA.impairments.loss]).toEqual([
      'wire',
      9000,
      0.5,
      0,
    ]);
    expect([t.client.name, t.server.name]).toEqual(['client', 'server']);
  });
});

describe('Network', () => {
  test('addresses may be prefixes as well', () => {
    const network = new Network();
    const [a, b] = [network.host('a'), network.host('b')];
    const own = Prefix.from('10.0.0.1/24');
    network.link({ host: a, addresses: [own] }, { host: b, addresses: ['10.0.0.2/24'] });
    expect([a.interfaces[0]?.prefixes[0], String(b.interfaces[0]?.prefixes[0])]).toEqual([
      own,
      '10.0.0.2/24',
    ]);
  });

  test('a star: the middle has an interface to each leaf', () => {
    const network = new Network({ seed: 4 });
    const hub = network.host('hub');
    const replies: string[] = [];
    for (const n of [1, 2, 3]) {
      const leaf = network.host(`leaf${n}`);
      network.link(
        { host: hub, addresses: [`10.0.${n}.1/24`] },
        { host: leaf, addresses: [`10.0.${n}.2/24`] },
        { delay: n },
      );
      leaf.ping(ip(`10.0.${n}.1`), { onReply: () => replies.push(`leaf${n}@${network.clock.now()}`) });
      hub.ping(ip(`10.0.${n}.2`), { onReply: () => replies.push(`hub${n}@${network.clock.now()}`) });
    }
    network.clock.advance(100);
    expect(replies.toSorted()).toEqual(['hub1@2', 'hub2@4', 'hub3@6', 'leaf1@2', 'leaf2@4', 'leaf3@6']);
    expect(network.links.map((link) => link.name)).toEqual(['link0', 'link1', 'link2']);
    expect([...network.hosts.keys()]).toEqual(['hub', 'leaf1', 'leaf2', 'leaf3']);
  });

  test('one more host leaves the faults of the links as they were', () => {
    const survivors = (extra: number): number => {
      const network = new Network({ seed: 9 });
      for (let n = 0; n < extra; n++) network.host(`extra${n}`);
      const [a, b] = [network.host('a'), network.host('b')];
      const link = network.link(
        { host: a, addresses: ['10.0.0.1/24'] },
        { host: b, addresses: ['10.0.0.2/24'] },
        { loss: 0.5 },
      );
      let pattern = 0;
      link.observer = ({ kind, direction }) => {
        if (kind === 'sent' && direction === 'a->b') pattern <<= 1;
        if (kind === 'delivered' && direction === 'a->b') pattern |= 1;
      };
      for (let n = 0; n < 24; n++) {
        a.ping(ip('10.0.0.2'), { onReply: () => {} });
        network.clock.advance(1);
      }
      return pattern;
    };
    expect(survivors(3)).toBe(survivors(0));
    expect(survivors(0)).toBeGreaterThan(0);
  });

  test.each([
    [(network: Network) => network.host('x'), 'ERR_HOST_EXISTS'],
    [
      (network: Network) =>
        network.link(
          { host: network.hosts.get('x')!, addresses: ['10.0.0.1'] },
          { host: network.hosts.get('x')!, addresses: [] },
        ),
      'ERR_INVALID_ARG_VALUE',
    ],
    [
      (network: Network) =>
        network.link({ host: 'x' as never, addresses: [] }, { host: network.hosts.get('x')!, addresses: [] }),
      'ERR_INVALID_ARG_TYPE',
    ],
    [
      (network: Network) =>
        network.link(
          { host: network.hosts.get('x')!, addresses: ['10.0.0.1/24', null as never] },
          { host: network.hosts.get('x')!, addresses: [] },
        ),
      'ERR_INVALID_ARG_TYPE',
    ],
    [(network: Network) => network.link(undefined as never, undefined as never), 'ERR_INVALID_ARG_TYPE'],
    [() => new Network({ seed: 0.5 }), 'ERR_OUT_OF_RANGE'],
    [() => new Network({ sed: 1 } as never), 'ERR_INVALID_ARG_VALUE'],
    [() => twoHosts({ latency: 1 } as never), 'ERR_INVALID_ARG_VALUE'],
    [() => twoHosts({ client: { prob: null } as never }), 'ERR_INVALID_ARG_VALUE'],
  ])('misuse %#: %s throws %s', (misuse, code) => {
    const network = new Network();
    network.host('x');
    expect(() => misuse(network)).toThrow(expect.objectContaining({ code }));
    expect(network.links).toEqual([]);
  });
});
