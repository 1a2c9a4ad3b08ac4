// Every bench, one after the other; a table on a terminal or in a pipe, `--json` one object a line.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bulkReceive, bulkSend, manyStreams } from './bulk.ts';
import { curlTransfers } from './curl.ts';
import { connections, latency } from './exchange.ts';
import type { Figure, Settings } from './figure.ts';
import { synFlood } from './flood.ts';
import { CONGESTION_CONTROL, defaultCongestionControl } from './ground.ts';
import { httpRequests } from './http.ts';
import { describeMachine } from './machine.ts';
import {
  allocation,
  crowded,
  idleConnections,
  inMemory,
  longPath,
  putAway,
  superSegments,
} from './memory.ts';
import { emulatedPaths } from './path.ts';
import { reader } from './reader.ts';
import { document, HEADING, line } from './report.ts';
import { ROOT } from './root.ts';

interface Bench {
  readonly name: string;
  /** The figures it makes. */
  readonly ids: readonly string[];
  readonly run: (settings: Settings) => Promise<Figure[]>;
}

const BENCHES: readonly Bench[] = [
  { name: 'bulk-receive', ids: ['P1', 'P15'], run: bulkReceive },
  { name: 'bulk-send', ids: ['P2', 'P15'], run: bulkSend },
  { name: 'streams', ids: ['P3'], run: manyStreams },
  { name: 'connections', ids: ['P4'], run: connections },
  { name: 'latency', ids: ['P5'], run: latency },
  { name: 'memory', ids: ['P6'], run: inMemory },
  { name: 'super-segments', ids: ['P7'], run: superSegments },
  { name: 'idle', ids: ['P8'], run: idleConnections },
  { name: 'time-wait', ids: ['P9'], run: putAway },
  { name: 'crowd', ids: ['P10'], run: crowded },
  { name: 'allocation', ids: ['P11'], run: allocation },
  { name: 'path', ids: ['P12'], run: emulatedPaths },
  { name: 'flood', ids: ['P13'], run: synFlood },
  { name: 'long-path', ids: ['P14'], run: longPath },
  // vite and a browser are loaded by those who need them.
  { name: 'bundle', ids: ['P16'], run: async (s) => (await import('./bundle.ts')).browserBundle(s) },
  { name: 'http', ids: ['N1', 'N2'], run: httpRequests },
  {
    name: 'lab',
    ids: ['P17'],
    run: async (s) => [
      ...(await (await import('./lab-page.ts')).labPage(s)),
      ...(await (await import('./lab.ts')).captureScroll(s)),
    ],
  },
  { name: 'reader', ids: ['P17'], run: reader },
  { name: 'curl', ids: [], run: curlTransfers },
];

const USAGE = `npm run bench -- [NAME or ID...] [--json] [--seconds N] [--runs N] [--full] [--alone] [--profile] [--write]
  ${BENCHES.map(({ name, ids }) => [name, ...ids].join(' ')).join(', ')}
  --seconds N  how long a stream lasts (1; 5 with --full)   --runs N  of each figure (3)
  --full       the sizes that the aims name: 1,000,000 connections, ten gigabytes, every emulated path
  --alone      without the peers    --profile  CPU profiles in dist/bench/profiles
  --write      write docs/performance.md, from all of them`;

function refuse(message: string): never {
  console.error(`bench: ${message}\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        alone: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        seconds: { type: 'string' },
        runs: { type: 'string', default: '3' },
      },
    });
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}

const { values, positionals } = options();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
let current = '';
const progress = (what: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${current}${what === '' ? '' : `: ${what}`}`);
};
const clear = (): void => {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
};
const settings: Settings = {
  seconds: Number(values.seconds ?? (values.full ? 5 : 1)),
  runs: Number(values.runs),
  full: values.full,
  alone: values.alone,
  progress,
};
if (!(settings.seconds > 0)) refuse('--seconds takes a number above 0');
if (!Number.isInteger(settings.runs) || settings.runs < 1) refuse('--runs takes a whole number above 0');
if (values.write && positionals.length > 0) refuse('--write takes no names: the document has every figure');
const wants = ({ name, ids }: Bench): boolean =>
  positionals.length === 0 || [name, ...ids].some((one) => positionals.includes(one));
const known = new Set(BENCHES.flatMap(({ name, ids }) => [name, ...ids]));
const unknown = positionals.filter((name) => !known.has(name));
if (unknown.length > 0) refuse(`no bench is called ${unknown.join(', ')}`);

// Children are killed when this process exits, and its devices go with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clear();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}

const machine = describeMachine();
const figures: Figure[] = [];
if (!values.json) console.log(HEADING);
for (const bench of BENCHES.filter(wants)) {
  current = bench.name;
  progress('');
  const made = await bench.run(settings);
  clear();
  figures.push(...made);
  for (const figure of made) console.log(values.json ? JSON.stringify(figure) : line(figure));
}
if (values.write) {
  const circumstances = {
    machine,
    settings,
    congestionControl: CONGESTION_CONTROL.toUpperCase(),
    machineDefault: defaultCongestionControl(),
  };
  writeFileSync(join(ROOT, 'docs', 'performance.md'), document(figures, circumstances));
}
process.exit(0);
