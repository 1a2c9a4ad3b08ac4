// What the figures are and what they aim at; and for an aim that is missed, what holds it back: only what was
// measured, with `npm run bench NAME -- --profile`.

import type { Figure } from './figure.ts';

/** Null: the figure lacks what it is judged by, its peer. */
type Judge = (figure: Figure) => boolean | null;

export interface Aim {
  /** Of the figures whose id is this or begins with it and a hyphen. */
  readonly id: string;
  readonly what: string;
  readonly aim: string;
  /** For the figures that have this aim; others of the same id stand beside them. */
  readonly met: Readonly<Record<string, Judge>>;
  /** Told where the aim is missed. */
  readonly heldBackBy: string;
}

const ratioAtLeast =
  (least: number): Judge =>
  ({ ratio }) =>
    ratio === null ? null : ratio >= least;
const ratioAtMost =
  (most: number): Judge =>
  ({ ratio }) =>
    ratio === null ? null : ratio <= most;
const atLeast =
  (least: number): Judge =>
  ({ value }) =>
    value >= least;
const atMost =
  (most: number): Judge =>
  ({ value }) =>
    value <= most;

/** What counts as flat, MB: pages and code that come and go. */
const FLAT = 8;
/** Bytes for a segment that are not the engine's: growth of its tables, spread over the run. */
const NOTHING = 0.5;

/** Sixty, as a clock of sixty measures it. */
const SMOOTH = 59;

export const AIMS: readonly Aim[] = [
  {
    id: 'P1',
    what: 'bulk receive, one stream, kernel to synfin over TUN, delivered to a Node consumer',
    aim: '>= 1.0x node:net',
    met: { P1: ratioAtLeast(1) },
    heldBackBy:
      '57 % of the time is in read(2), nearly all of it copying and page faults, 11 % in write(2) of ACKs, 13 % in making and collecting the slabs that are read to; engine and streams are 9 %. V8 gives slabs back every 32 MB, for only it knows when a program needs a chunk no more: without the page faults of that a byte takes 26 % less time (node:net as much less), over the same 4 MB again and again, which no program could be given, 46 %',
  },
  {
    id: 'P2',
    what: 'bulk send, one stream, synfin to kernel over TUN',
    aim: '>= 1.0x node:net',
    met: { P2: ratioAtLeast(1) },
    heldBackBy:
      '58 % of the time is in write(2), of 52 KB each time: copying a third of it, waking the reader a quarter; 10 % in read(2) of ACKs, 7 % copies; over loopback the sender idles a fifth of the time, and the reader limits both',
  },
  {
    id: 'P3',
    what: 'the same with 64 streams at once',
    aim: '>= 1.0x node:net',
    met: { 'P3-receive': ratioAtLeast(1), 'P3-send': ratioAtLeast(1) },
    heldBackBy: 'received packets hold 28 KB, not 60 as with one stream',
  },
  {
    id: 'P4',
    what: 'connections: open, 1-byte request and answer, close; kernel clients, server on synfin',
    aim: '>= 1.5x node:net',
    met: { P4: ratioAtLeast(1.5) },
    heldBackBy:
      "three packets out and four in for a connection: write(2), where the kernel's side works, 31 % of the time, read(2) 10 %; garbage collection 15 %, of connections that stay in TIME-WAIT whole",
  },
  {
    id: 'P5',
    what: 'request and answer on one connection, 64 bytes',
    aim: '<= 1.2x node:net',
    met: {
      'P5-p50': ratioAtMost(1.2),
      'P5-p99': ratioAtMost(1.2),
    },
    heldBackBy:
      'write(2) of the answer is 64 % of the time, read(2) 13 %, half of that finding that there is no more; of the questions that take longest a third to a half are in the first tenth of a run, before the code is compiled, and a collection (0.15 ms) meets one in 500',
  },
  {
    id: 'P6',
    what: 'synfin to synfin in memory, MTU 1500, checksums on, one core',
    aim: '>= 4 Gbit/s, no slower and no larger later',
    met: {
      'P6-first': atLeast(4),
      'P6-tenth': atLeast(4),
      'P6-slower': atMost(1.1),
      'P6-memory': atMost(FLAT),
    },
    heldBackBy:
      'by itself on the machine it moves 5 in the first gigabyte and 6 later; 25 % of the time sums each byte twice, as the sender and as the receiver, at 8 GB/s, and 13 % copies it twice; what else runs on these cores takes its share of all of it',
  },
  {
    id: 'P7',
    what: 'the same with super-segments',
    aim: '>= 40 Gbit/s',
    met: { P7: atLeast(40) },
    heldBackBy:
      "by itself on the machine it moves 65 to 85; 37 % of the time is the link's copy of each packet, and 9 % the sender's: both wait for memory, which other processes fill as well",
  },
  {
    id: 'P8',
    what: 'memory for an idle ESTABLISHED connection, of engine and host, and with a net Socket',
    aim: '<= 1 KiB; <= 3 KiB',
    met: { 'P8-host': atMost(1024), 'P8-answered': atMost(1024), 'P8-net': atMost(3072) },
    heldBackBy: '',
  },
  {
    id: 'P9',
    what: 'memory for a TIME-WAIT entry',
    aim: '<= 96 bytes',
    met: { P9: atMost(96) },
    heldBackBy:
      'of 93 bytes at a million, 56 are what TIME-WAIT needs, 16 its timer, 17 its place in the index; with fewer, what was compiled meanwhile is counted with them',
  },
  {
    id: 'P10',
    what: 'time for a segment with many connections open against 1',
    aim: '<= 1.5x',
    met: { 'P10-all': atMost(1.5), 'P10-one': atMost(1.5) },
    heldBackBy:
      'to let one connection rest and wake the next takes 1.6 us, where three segments take 2.3; what is kept of it, its socket and its place in the table, 0.6 KB in ten pieces, are not in a cache: 2.5 us with 200,000 open, 5.7 with 1,000,000',
  },
  {
    id: 'P11',
    what: 'bytes allocated for a segment',
    aim: "0 in the engine; what Node's streams add is stated",
    met: {
      'P11-bulk': atMost(NOTHING),
      'P11-request': atMost(NOTHING),
      'P11-bulk-fraction': atMost(NOTHING),
      'P11-request-fraction': atMost(NOTHING),
    },
    heldBackBy: '',
  },
  {
    id: 'P12',
    what: 'goodput through an emulated path (rate, loss, round trip; drop-tail queue of one product)',
    aim: '>= 1.0x Linux CUBIC in every cell',
    met: { P12: ratioAtLeast(1) },
    heldBackBy:
      'with loss, chance: over 18 seeds of 4 s the cells come to 1.14x (100M, 1 %, 10 ms), 1.01x (1000M, 3 %, 50 ms), 0.97x (1 %, 50 ms) and 0.94x (1 %, 200 ms), with standard errors of 1 to 5 %, while one seed may say 0.6x or 1.8x. At 1000M without loss, 0.84x: our end shares one thread with the emulator, which is late by 8 ms; the kernel has a core of its own',
  },
  {
    id: 'P13',
    what: 'honest clients served during a SYN flood, in the simulator and over TUN',
    aim: '100 %, memory flat',
    met: {
      'P13-memory-served': atLeast(100),
      'P13-memory-growth': atMost(FLAT),
      'P13-tun-served': atLeast(100),
      'P13-tun-growth': atMost(FLAT),
      'P13-tun-rate': atLeast(90_000),
    },
    heldBackBy:
      'four keyed hashes for each SYN are 12 % of the time, making its SYN,ACK 3 %, garbage collection 5 %; the rest is the way of two packets through link, host and checksums',
  },
  {
    id: 'P14',
    what: 'goodput of a path of 100 Mbit/s and 100 ms, in memory',
    aim: '>= 95 Mbit/s',
    met: { P14: atLeast(95) },
    heldBackBy: '',
  },
  {
    id: 'P15',
    what: "event-loop delay while a bulk stream runs, 99th percentile, beyond the timer's own 1 ms",
    aim: '<= 5 ms',
    met: { 'P15-receive': atMost(5), 'P15-send': atMost(5) },
    heldBackBy:
      'a write is called back at once, the program writes again, and so on in one turn until the send buffer, up to 4 MB, is full',
  },
  {
    id: 'P16',
    what: 'browser bundle of engine, host and memory link, minified and gzipped',
    aim: '<= 40 KiB',
    met: { P16: atMost(40) },
    heldBackBy:
      '53 KiB are code: all texts, of errors and rules too, come to 4.7. Without ICMP (2.5 KiB), Fast Open, AccECN, tcp_info, path MTU and its probing, fragments, SYN cookies, UDP, parameter checks, user timeout, urgent data, Reno, impairments and offload, it would be 46; and names of properties, which vite does not shorten, take 6 more',
  },
  {
    id: 'N1',
    what: "requests to Node's http on connections that are kept, kernel clients, server on synfin over TUN",
    aim: '>= 1.0x node:net',
    met: { N1: ratioAtLeast(1) },
    heldBackBy:
      'each answer is a write(2), where the kernel does the receiving as well: 38 % of the time; read(2) 13 %, garbage collection 10 %',
  },
  {
    id: 'N2',
    what: 'the same with a connection for each request',
    aim: '>= 1.0x node:net',
    met: { N2: ratioAtLeast(1) },
    heldBackBy: 'as P4',
  },
  {
    id: 'P17',
    what: "the lab's page: scripts fetched before it shows something, first paint, a step in a run of 1,000 events",
    aim: '<= 120 KiB gzipped; <= 1 s; <= 16 ms',
    met: { 'P17-script': atMost(120), 'P17-paint': atMost(1000), 'P17-step': atMost(16) },
    heldBackBy: '',
  },
  {
    id: 'P17',
    what: 'captures explained, from bytes in memory to connections and their verdicts',
    aim: '>= 500 MB/s of large frames, >= 1.5 million small ones/s, memory constant',
    met: { 'P17-large': atLeast(500), 'P17-small': atLeast(1.5), 'P17-memory': atMost(FLAT) },
    heldBackBy:
      'no part of a small packet takes 10 % of its time: header, hash, flags, states, evidence; with 1000 connections in turn each is fetched from beyond the cache',
  },
  {
    id: 'P17',
    what: "a capture of 50,000 segments scrolls in the lab's page, in headless Chromium",
    aim: '>= 60 frames/s',
    met: Object.fromEntries([40, 400, 4000].map((speed) => [`P17-scroll-${speed}`, atLeast(SMOOTH)])),
    heldBackBy: '',
  },
];

const belongs = (figure: Figure, id: string): boolean => figure.id === id || figure.id.startsWith(`${id}-`);

/** The aim that a figure is about; null for one that has none. */
export const aimOf = (figure: Figure): Aim | null => {
  const aims = AIMS.filter(({ id }) => belongs(figure, id));
  return aims.find(({ met }) => figure.id in met) ?? aims[0] ?? null;
};

/** Whether its aim is met; null: it only stands beside those that have one. */
export function isMet(figure: Figure): boolean | null {
  const aim = aimOf(figure);
  if (aim === null) return null;
  // The cells of P12 share one aim.
  const judge = aim.met[figure.id] ?? (aim.id === 'P12' ? aim.met.P12 : undefined);
  return judge === undefined ? null : judge(figure);
}
