// Every bench, one after the other; a table on a terminal or in a pipe, `--json` one object a line.

import { parseArgs } from 'node:util';
import { allocation } from './engine.ts';
import type { Figure, Settings } from './figure.ts';
import { bulkReceive, bulkSend, curlTransfers, manyConnections } from './tun.ts';

const BENCHES: Record<string, (settings: Settings) => Promise<Figure[]>> = {
  allocation,
  'bulk-receive': bulkReceive,
  'bulk-send': bulkSend,
  curl: curlTransfers,
  connections: manyConnections,
};

function print(figure: Figure): void {
  const { id, value, unit, peer, ratio, spread, note } = figure;
  const beside = peer === null ? '' : `   peer ${round(peer)} ${unit}, ratio ${round(ratio ?? 0)}`;
  console.log(
    `${id.padEnd(22)} ${`${round(value)} ${unit}`.padEnd(22)}${beside}   spread ${round(spread)}   ${note}`,
  );
}

const round = (n: number): string => (n >= 100 ? n.toFixed(0) : n.toFixed(2));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '3' },
  },
});
const settings: Settings = { seconds: Number(values.seconds), runs: Number(values.runs) };
if (!(settings.seconds > 0) || !Number.isInteger(settings.runs) || settings.runs < 1) {
  console.error('bench: --seconds takes a number above 0, --runs a whole number above 0');
  process.exit(2);
}
const unknown = positionals.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(
    `bench: no bench is called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`,
  );
  process.exit(2);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  if (process.stderr.isTTY) process.stderr.write(`${name} ...\r`);
  for (const figure of await bench(settings)) {
    if (values.json) console.log(JSON.stringify(figure));
    else print(figure);
  }
}
process.exit(0);
