// Scripts with lines lost, doubled, exchanged and with other numbers: whatever one says, there is a verdict.

import { expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import { runScript } from '../../src/packetdrill/run.ts';

const SCRIPT = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 65535 <mss 1000,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
+0 write(4, ..., 5000) = 5000
+0 > P. 1:5001(5000) ack 1
+.1 < . 1:1(0) ack 1001 win 1000 <nop,nop,sack 2001:3001>
+.001 < [ect0] P. 1:1001(1000) ack 1001 win 1000
+0 %{ assert 1 == 1 }%
+0 read(4, ..., 2000) = 1000
+0...0.15 read(4, ..., 2000) = 1000
+.15 < P. 1001:2001(1000) ack 5001 win 257
+0 shutdown(4, SHUT_WR) = 0
+.1 < F. 2001:2001(0) ack 5002 win 1
+0 < udp (100)
* > icmp unreachable port_unreachable
+.1 < icmp unreachable frag_needed mtu 600 [2001:3001(1000)]
+.1 < icmp echo_request id 5
* > icmp echo_reply id 5
+0 close(4) = 0`.split('\n');

const NUMBERS = [0, 1, 7, 1000, 65_535, 2 ** 31, 2 ** 32 - 10, 2 ** 32 - 1];

function mutate(lines: string[], prng: Prng): void {
  const at = prng.below(lines.length);
  const line = lines[at]!;
  const other = prng.below(lines.length);
  switch (prng.below(4)) {
    case 0:
      lines.splice(at, 1);
      return;
    case 1:
      lines.splice(at, 0, lines[other]!);
      return;
    case 2:
      [lines[at], lines[other]] = [lines[other]!, line];
      return;
    case 3: {
      const number = (): string => String(NUMBERS[prng.below(NUMBERS.length)]);
      lines[at] = line.replace(/\d+/g, (digits) => (prng.below(4) === 0 ? number() : digits));
      return;
    }
  }
}

test('a verdict for every script, in every mode', () => {
  const verdicts = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const prng = new Prng(seed);
    const lines = [...SCRIPT];
    for (let times = prng.below(4); times > 0; times--) mutate(lines, prng);
    const text = lines.join('\n');
    try {
      const { result } = runScript(text, 'fuzz', {
        profile: seed % 5 === 0 ? 'freebsd' : 'linux',
        options: seed % 2 === 0 ? 'strict' : 'semantic',
        window: (['strict', 'scaled', 'ignore'] as const)[seed % 3]!,
        family: seed % 7 < 3 ? 6 : 4,
        symbols: new Map(),
      });
      verdicts.add(result);
    } catch (error) {
      throw new Error(`seed ${seed}:\n${text}`, { cause: error });
    }
  }
  expect([...verdicts].sort()).toEqual(['fail', 'pass', 'skip']);
});
