// Our whole stack on a TUN device, with the kernel of this machine at the other end.

import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { Host } from '../../src/host/host.ts';
import type { Interface } from '../../src/host/interface.ts';
import type { Link } from '../../src/host/link.ts';
import { createNet, type Net } from '../../src/net/net.ts';
import { NodeClock } from '../../src/node/clock.ts';
import { openTun, type TunDevice } from '../../src/node/tun.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX } from '../../src/tcp/presets.ts';
import { Address, Prefix } from '../../src/wire/address.ts';

export const FAMILIES = [
  ['IPv4', 4],
  ['IPv6', 6],
] as const;

export type Family = (typeof FAMILIES)[number][1];

export interface InteropOptions {
  /** Tells the test files apart: names the device `syn-i<number>` and its networks. */
  readonly number: number;
  /** 1500 unless told otherwise; below 1280 there is no IPv6. */
  readonly mtu?: number;
  readonly vnet?: boolean;
  readonly parameters?: Partial<Parameters>;
  /** What stands between the device and the host, if anything does. */
  readonly between?: (device: TunDevice, clock: NodeClock) => Link;
}

export interface Interop {
  readonly device: TunDevice;
  readonly host: Host;
  readonly via: Interface;
  readonly clock: NodeClock;
  readonly net: Net;
  readonly ours: Readonly<Record<Family, Address>>;
  readonly kernels: Readonly<Record<Family, Address>>;
  close(): void;
}

export function openInterop(options: InteropOptions): Interop {
  const { number, mtu = 1500, vnet = true, between = (device) => device } = options;
  const networks = { 4: `10.90.${number}.`, 6: `fd90:${number}::` };
  const families: readonly Family[] = mtu < 1280 ? [4] : [4, 6];
  const prefixes = (end: number) =>
    families.map((family) => Prefix.parse(`${networks[family]}${end}/${family === 4 ? 24 : 64}`)!);
  const device = openTun({ name: `syn-i${number}`, addresses: prefixes(1), mtu, vnet });
  const clock = new NodeClock();
  const host = new Host({
    name: 'synfin',
    clock,
    random: (count) => randomBytes(count),
    parameters: { ...LINUX, ...options.parameters },
  });
  const via = host.addInterface(between(device, clock), prefixes(2));
  const addresses = (end: number) => ({
    4: Address.parse(`${networks[4]}${end}`)!,
    6: Address.parse(`${networks[6]}${end}`)!,
  });
  return {
    device,
    host,
    via,
    clock,
    net: createNet(host),
    ours: addresses(2),
    kernels: addresses(1),
    close: () => {
      host.close();
      device.close();
    },
  };
}

/** As many bytes as it is asked for, that follow from `seed`; no two places in them look alike. */
export function pattern(count: number, seed: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeInt32LE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(count));
}

/** All that a stream brings until it ends. It may still be written to: for await would destroy it. */
export async function collect(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  stream.on('data', (part) => parts.push(part));
  await once(stream, 'end');
  return Buffer.concat(parts);
}

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
