import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { loadLibc } from '../../src/node/libc.ts';
import { openTun, type TunDevice, TunError, type TunOptions } from '../../src/node/tun.ts';
import { Prefix } from '../../src/wire/address.ts';
import { describeTun, RecordingReceiver } from '../support/tun.ts';
import { FakeLibc } from './fake-libc.ts';
import {
  ACK,
  endpoint,
  HEADROOM,
  readTcp,
  SYN,
  type TcpPart,
  tcpPacket,
  UDP,
  udpPacket,
  upperStart,
} from './raw-packets.ts';

const NAME = 'syntun0';
const prefixes = (...texts: string[]) => texts.map((text) => Prefix.parse(text)!);
const V4 = { kernel: '10.78.0.1', ours: '10.78.0.2', prefix: '10.78.0.1/24', mss: 1460, tcp: 40 };
const V6 = { kernel: 'fd78::1', ours: 'fd78::2', prefix: 'fd78::1/64', mss: 1440, tcp: 60 };
const BOTH = [
  ['IPv4', V4],
  ['IPv6', V6],
] as const;

const TUNSETIFF = 0x400454ca;
const TUNSETPERSIST = 0x400454cb;
const TUNSETOFFLOAD = 0x400454d0;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFMTU = 0x8922;
const SIOCGIFTXQLEN = 0x8942;
const AF_NETLINK = 16;

const opened: TunDevice[] = [];
afterEach(() => {
  for (const device of opened.splice(0)) device.close();
});

function open(options: Partial<TunOptions> = {}, libc = loadLibc()) {
  const device = openTun({ name: NAME, addresses: prefixes(V4.prefix, V6.prefix), ...options }, libc);
  opened.push(device);
  const receiver = new RecordingReceiver();
  device.attach(receiver);
  return { device, receiver };
}

function devices(): string[] {
  return [...readFileSync('/proc/net/dev', 'utf8').matchAll(/^\s*(\S+):/gm)].map((match) => match[1]!);
}

/** How many packets may wait for the device to be read. */
function queueLength(libc = loadLibc()): number {
  const socket = libc.socket(2, 2, 0);
  const request = ifreq(NAME, 0);
  expect(libc.ioctl(socket, SIOCGIFTXQLEN, request)).toBe(0);
  closeSync(socket);
  return new DataView(request.buffer).getInt32(16, true);
}

function ifreq(name: string, flags: number): Uint8Array {
  const bytes = new Uint8Array(40);
  new TextEncoder().encodeInto(name, bytes);
  new DataView(bytes.buffer).setUint16(16, flags, true);
  return bytes;
}

describeTun('a TUN device is made and goes away', () => {
  test('its kernel side has the addresses, and is up', () => {
    const { device } = open();
    const seen = (networkInterfaces()[NAME] ?? []).map(({ cidr }) => cidr);
    expect(seen).toEqual(expect.arrayContaining([V4.prefix, V6.prefix]));
    expect(device).toMatchObject({
      name: NAME,
      mtu: 1500,
      superSegment: 65_535,
      checksumOffload: true,
      headroom: 10,
    });
  });

  test('several addresses of each family', () => {
    const wanted = ['10.78.0.1/24', '10.78.1.1/25', '10.78.2.1/32', 'fd78::1/64', 'fd78:0:0:1::1/128'];
    open({ addresses: prefixes(...wanted) });
    const seen = Object.entries(networkInterfaces())
      .filter(([name]) => name.startsWith(NAME))
      .flatMap(([, list]) => list!.map(({ cidr }) => cidr));
    expect(seen).toEqual(expect.arrayContaining(wanted));
  });

  test('its IPv6 address is usable at once, not tentative (RFC 4862 §2)', () => {
    for (let i = 0; i < 20; i++) {
      const { device } = open();
      const lines = readFileSync('/proc/net/if_inet6', 'utf8').split('\n');
      const own = lines.find((line) => line.startsWith('fd78') && line.endsWith(NAME))!.split(/\s+/);
      expect(Number.parseInt(own[4]!, 16) & 0x40).toBe(0);
      device.close();
    }
  });

  test('closing twice is closing; the device is gone and its packets are lost and counted', () => {
    const { device, receiver } = open();
    device.close();
    device.close();
    expect(device.closed).toBe(true);
    expect(devices()).not.toContain(NAME);
    expect(device.transmit(datagram(V4, 9, 'x', 'full'))).toBe(true);
    expect(device.dropped).toBe(1);
    expect(receiver.downs).toEqual([]);
  });

  test('the windows of many streams fit its queue', () => {
    open();
    expect(queueLength()).toBe(10_000);
  });

  test('it is opened also where its queue must stay as it is', () => {
    const libc = loadLibc();
    const refuses = {
      ...libc,
      socket: (domain: number, type: number, protocol: number) =>
        domain === AF_NETLINK ? -1 : libc.socket(domain, type, protocol),
    };
    open({}, refuses);
    expect(queueLength()).toBe(500);
  });

  test('the MTU is the one asked for', async () => {
    const { receiver } = open({ mtu: 1280 });
    const socket = createSocket('udp4');
    socket.send(new Uint8Array(1400), 5000, V4.ours);
    const { bytes } = await receiver.packet(({ bytes }) => upperStart(bytes, UDP) > 0 && bytes[0] === 0x45);
    socket.close();
    expect(bytes.length).toBeLessThanOrEqual(1280);
    expect(bytes[6]! & 0x20, 'the first fragment of several').toBe(0x20);
  });

  test('a device made beforehand is opened, and outlives us', () => {
    const libc = loadLibc();
    const fd = openSync('/dev/net/tun', constants.O_RDWR);
    expect(libc.ioctl(fd, TUNSETIFF, ifreq(NAME, 0x1001))).toBe(0);
    expect(libc.ioctl(fd, TUNSETPERSIST, 1)).toBe(0);
    closeSync(fd);
    open().device.close();
    expect(devices()).toContain(NAME);

    // It has its addresses, MTU and up-state already: nothing is left that needs the permission.
    const requests: number[] = [];
    const domains: number[] = [];
    const watched = {
      ...libc,
      ioctl: (...args: Parameters<typeof libc.ioctl>) => requests.push(args[1]) && libc.ioctl(...args),
      socket: (...args: Parameters<typeof libc.socket>) => domains.push(args[0]) && libc.socket(...args),
    };
    const { device } = open({ addresses: prefixes(V4.prefix) }, watched);
    expect(requests).not.toContain(SIOCSIFMTU);
    expect(domains).not.toContain(AF_NETLINK);
    device.close();
    const again = openSync('/dev/net/tun', constants.O_RDWR);
    libc.ioctl(again, TUNSETIFF, ifreq(NAME, 0x1001));
    libc.ioctl(again, TUNSETPERSIST, 0);
    closeSync(again);
    expect(devices()).not.toContain(NAME);
  });

  test('a name that is in use, or is not a TUN device, is refused', () => {
    open();
    expect(() => open()).toThrow(
      expect.objectContaining({ code: 'EBUSY', message: expect.stringContaining(NAME) }),
    );
    expect(() => open({ name: 'lo' })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  test('without permission it says what is needed, and leaves nothing open', () => {
    const denied = { ...loadLibc(), ioctl: () => -1, lastError: () => 'EPERM' };
    expect(() => open({}, denied)).toThrow(
      new TunError('EPERM', `cannot open TUN ${NAME}: permission denied (needs CAP_NET_ADMIN)`),
    );
    const libc = loadLibc();
    const half = {
      ...libc,
      ioctl: (fd: number, request: number, argument: Uint8Array | number) =>
        request === SIOCSIFFLAGS ? -1 : libc.ioctl(fd, request, argument),
      lastError: () => 'EPERM',
    };
    expect(() => open({}, half)).toThrow(/cannot set up syntun0: cannot bring it up: permission denied/);
    expect(devices()).not.toContain(NAME);
  });

  test('where offload is refused, packets are ordinary ones', () => {
    const libc = loadLibc();
    const refusing = {
      ...libc,
      ioctl: (fd: number, request: number, argument: Uint8Array | number) =>
        request === TUNSETOFFLOAD ? -1 : libc.ioctl(fd, request, argument),
    };
    expect(open({}, refusing).device).toMatchObject({
      superSegment: 1500,
      checksumOffload: false,
      headroom: 10,
    });
  });
});

function datagram(side: typeof V4 | typeof V6, port: number, text: string, checksum: 'full' | 'partial') {
  const flow = { from: endpoint(side.ours, 7), to: endpoint(side.kernel, port) };
  return udpPacket(flow, new TextEncoder().encode(text), checksum);
}

describeTun('single packets', () => {
  test.each(BOTH)('%s: what the kernel sends arrives whole', async (_, side) => {
    const { receiver } = open();
    const socket = createSocket(side === V4 ? 'udp4' : 'udp6');
    socket.send('hello', 5000, side.ours);
    const { bytes, checksum, segmentSize } = await receiver.packet(({ bytes }) => upperStart(bytes, UDP) > 0);
    socket.close();
    const at = upperStart(bytes, UDP);
    expect(new DataView(bytes.buffer).getUint16(at + 2)).toBe(5000);
    expect(Buffer.from(bytes.subarray(at + 8)).toString()).toBe('hello');
    expect([checksum, segmentSize]).toEqual(['partial', 0]);
    expect(receiver.flushes).toBeGreaterThan(0);
  });

  test.each(BOTH)(
    '%s: what we send arrives, its checksum full or partial; a wrong one does not',
    async (_, side) => {
      const { device } = open();
      const socket = createSocket(side === V4 ? 'udp4' : 'udp6');
      socket.bind(0, side.kernel);
      await once(socket, 'listening');
      const texts: string[] = [];
      const all = new Promise<void>((resolve) => {
        socket.on('message', (message) => {
          if (texts.push(message.toString()) === 2) resolve();
        });
      });
      const { port } = socket.address();
      const wrong = datagram(side, port, 'wrong', 'full');
      wrong.bytes[wrong.end - 1]! ^= 1;
      for (const packet of [
        wrong,
        datagram(side, port, 'full', 'full'),
        datagram(side, port, 'partial', 'partial'),
      ]) {
        expect(device.transmit(packet)).toBe(true);
      }
      await all;
      socket.close();
      expect(texts).toEqual(['full', 'partial']);
      expect(device.dropped).toBe(0);
    },
  );

  test('without vnet headers: nothing in front, every checksum is in the packet', async () => {
    const { device, receiver } = open({ vnet: false });
    expect(device).toMatchObject({ headroom: 0, superSegment: 1500, checksumOffload: false });
    const socket = createSocket('udp4');
    socket.bind(0, V4.kernel);
    await once(socket, 'listening');
    socket.send('out', 5000, V4.ours);
    const { checksum } = await receiver.packet(({ bytes }) => upperStart(bytes, UDP) > 0);
    expect(checksum).toBe('full');
    const message = once(socket, 'message');
    device.transmit(datagram(V4, socket.address().port, 'in', 'full'));
    expect(String((await message)[0])).toBe('in');
    socket.close();
  });

  test('a packet that the kernel takes for malformed is counted, and the device goes on', () => {
    const { device, receiver } = open();
    const packet = datagram(V4, 9, 'x', 'full');
    packet.bytes[packet.start] = 0x05;
    expect(device.transmit(packet)).toBe(true);
    expect(device.dropped).toBe(1);
    expect(device.closed).toBe(false);
    expect(receiver.downs).toEqual([]);
  });
});

describeTun('TCP super-segments', () => {
  test.each(BOTH)('%s: the kernel hands them over uncut, and takes ours', async (_, side) => {
    const { device, receiver } = open();
    const client = createConnection({ host: side.ours, port: 7000 });
    const syn = await receiver.packet(({ bytes }) => readTcp(bytes, 7000)?.flags === SYN);
    const { from: port, seq: irs } = readTcp(syn.bytes, 7000)!;
    const flow = { from: endpoint(side.ours, 7000), to: endpoint(side.kernel, port) };
    const send = (part: TcpPart) => device.transmit(tcpPacket(flow, part, 'partial'));
    const mss = [2, 4, side.mss >> 8, side.mss & 255];
    send({ seq: 1000, ack: irs + 1, flags: SYN | ACK, options: mss });
    await once(client, 'connect');

    const sent = Buffer.alloc(8 * side.mss, 'to us ');
    client.write(sent);
    const received = Buffer.alloc(sent.length);
    let largest = 0;
    let missing = sent.length;
    let seen = 0;
    await receiver.until(() => {
      for (; seen < receiver.packets.length; seen++) {
        const { bytes, segmentSize, checksum } = receiver.packets[seen]!;
        const segment = readTcp(bytes, 7000);
        if (!segment || segment.payload.length === 0) continue;
        if (segmentSize > 0) expect([segmentSize, checksum]).toEqual([side.mss, 'partial']);
        received.set(segment.payload, segment.seq - irs - 1);
        largest = Math.max(largest, bytes.length);
        missing -= segment.payload.length;
      }
      return missing <= 0;
    });
    expect(largest).toBeGreaterThan(1500);
    expect(received.equals(sent)).toBe(true);

    const text = Buffer.alloc(30_000, 'to the kernel ');
    const superSegment = tcpPacket(
      flow,
      { seq: 1001, ack: irs + 1 + sent.length, flags: ACK, payload: text },
      'partial',
    );
    superSegment.segmentSize = side.mss;
    expect(device.transmit(superSegment)).toBe(true);
    const chunks: Buffer[] = [];
    for await (const chunk of client.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk as Buffer);
      if (chunks.reduce((sum, part) => sum + part.length, 0) === text.length) break;
    }
    expect(Buffer.concat(chunks).equals(text)).toBe(true);
    expect(device.dropped).toBe(0);
    client.destroy();
  });
});

describeTun('the device vanishes', () => {
  test('deleted: the receiver is told, once, and everything is closed', async () => {
    const { device, receiver } = open();
    expect(spawnSync('ip', ['link', 'del', NAME], { encoding: 'utf8' })).toMatchObject({ status: 0 });
    await receiver.until(() => receiver.downs.length > 0);
    expect(receiver.downs).toEqual([expect.objectContaining({ name: 'TunError', code: 'EBADFD' })]);
    expect(receiver.downs[0]!.message).toContain(NAME);
    expect(device.closed).toBe(true);
    expect(device.transmit(datagram(V4, 9, 'x', 'full'))).toBe(true);
  });

  test('taken down: the next packet finds out, and the receiver is told from outside its own call', async () => {
    const { device, receiver } = open();
    const libc = loadLibc();
    const fd = libc.socket(2, 2, 0);
    expect(libc.ioctl(fd, SIOCSIFFLAGS, ifreq(NAME, 0))).toBe(0);
    closeSync(fd);
    expect(device.transmit(datagram(V4, 9, 'x', 'full'))).toBe(true);
    expect(receiver.downs).toEqual([]);
    await receiver.until(() => receiver.downs.length > 0);
    expect(receiver.downs).toEqual([expect.objectContaining({ code: 'EIO' })]);
    expect(devices()).not.toContain(NAME);
  });

  test('headroom is what the packets of these tests have', () => {
    expect(open().device.headroom).toBe(HEADROOM);
  });
});

test.each(['EACCES', 'EPERM'])(
  'a user who may not open /dev/net/tun at all is told so (%s)',
  async (code) => {
    vi.resetModules();
    vi.doMock('node:fs', async (original) => ({
      ...(await original<typeof import('node:fs')>()),
      openSync: () => {
        throw Object.assign(new Error(code), { code });
      },
    }));
    try {
      const { openTun } = await import('../../src/node/tun.ts');
      expect(() => openTun({ name: NAME, addresses: [] }, new FakeLibc())).toThrow(
        expect.objectContaining({
          code,
          message: `cannot open TUN ${NAME}: /dev/net/tun is not readable and writable for this user (${code})`,
        }),
      );
    } finally {
      vi.doUnmock('node:fs');
      vi.resetModules();
    }
  },
);
