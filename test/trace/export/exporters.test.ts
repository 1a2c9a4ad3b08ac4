// Exports of captured connections, read again: by tshark, by a browser, and by us.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { remarksOf } from '../../../src/trace/export/comments.ts';
import { EXPORTERS } from '../../../src/trace/export/exporters.ts';
import { htmlReport, REPORT_PACKETS } from '../../../src/trace/export/html.ts';
import { connectionPcapng } from '../../../src/trace/export/pcapng.ts';
import { connectionQlog, QLOG_SCHEMA, readQlog } from '../../../src/trace/export/qlog.ts';
import { connectionSvg } from '../../../src/trace/export/svg.ts';
import { flagTexts } from '../../../src/trace/reader/flags.ts';
import type { KeptConnection } from '../../../src/trace/reader/kept.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { KOREAN } from '../../../src/trace/text/korean.ts';
import { capture, OPENED } from '../reader/exchange.ts';
import { keptExchange, keptOf } from '../reader/kept.ts';
import { damaged, recorded } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-export-'));
afterAll(() => rmSync(root, { recursive: true }));

const missing = (file: string): boolean => {
  if (existsSync(file)) return false;
  if (process.env.CI) throw new Error(`${file} is missing`);
  return true;
};

const LINES = [
  ...OPENED,
  '+5 > P. 1:101 ack 1',
  '+300 > P. 1:101 ack 1',
  '+20 < . 1:1 ack 101',
  '+5 > F. 101:101 ack 1',
  '+20 < F. 1:1 ack 102',
  '+0 > . 102:102 ack 2',
];

describe('pcapng', () => {
  test('holds the packets as they were, to the nanosecond', () => {
    const kept = keptExchange(LINES);
    const [again] = keptOf(connectionPcapng(kept, ENGLISH));
    expect(again!.origin).toBe(kept.origin);
    expect(again!.packets).toEqual(kept.packets);
  });

  test.skipIf(missing('/usr/bin/tshark'))(
    'tshark reads it: our remarks are its comments, the verdict too',
    () => {
      for (const messages of [ENGLISH, KOREAN]) {
        const kept = keptExchange(LINES);
        const file = join(root, `${messages.language}.pcapng`);
        writeFileSync(file, connectionPcapng(kept, messages));
        const fields = ['-e', 'frame.comment', '-e', 'tcp.checksum.status', '-e', 'frame.time_epoch'];
        const args = [
          '-r',
          file,
          '-o',
          'tcp.check_checksum:TRUE',
          '-T',
          'fields',
          '-E',
          'separator=|',
          ...fields,
        ];
        const rows = execFileSync('/usr/bin/tshark', args, {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        const told = rows
          .trimEnd()
          .split('\n')
          .map((row) => row.split('|'));
        const remarks = kept.packets.map((packet) => remarksOf(packet, messages).join('; '));
        expect(told.map(([comment]) => comment!.replace(`; ${kept.summary.verdict.text}`, ''))).toEqual(
          remarks,
        );
        expect(told.every(([, status]) => status === '1')).toBe(true);
        expect(told[1]![2]).toBe('0.020000000');
        expect(rows).toContain(kept.summary.verdict.text);
      }
    },
  );
});

describe('qlog', () => {
  test('read again it says the same, of connections over a bad link', () => {
    for (let seed = 0; seed < 12; seed++) {
      for (const kept of recorded(seed)) {
        const trace = readQlog(connectionQlog(kept))!;
        expect(trace.vantage).toBe((['network', 'client', 'server'] as const)[kept.near + 1]);
        const [connection] = trace.connections;
        const base = Number(kept.origin) / 1e6;
        expect(connection!.packets, `seed ${seed}`).toEqual(
          kept.packets.map(({ time, number, from, segment, flags, dupAck, reasons }) => {
            const said = { analysis: flagTexts(flags, dupAck), trigger: reasons };
            return { time: base + time, frame: number, from, segment, ...said };
          }),
        );
        const last = kept.packets.at(-1)!;
        for (const end of [0, 1] as const) {
          const final = connection!.states.filter(({ owner }) => owner === end).at(-1);
          if (last.confidences[end] !== 'unknown') expect(final!.new).toBe(last.states[end]);
        }
      }
    }
  });

  test('what the format asks for: records, both names within the first 256 bytes, a schema of our own', () => {
    const text = connectionQlog(keptExchange(LINES));
    const records = text.split('\u001e');
    expect(records.shift()).toBe('');
    expect(records.every((record) => record.endsWith('}\n'))).toBe(true);
    const head = text.slice(0, 256);
    expect(head).toContain('"file_schema":"urn:ietf:params:qlog:file:sequential"');
    expect(head).toContain('"serialization_format":"application/qlog+json-seq"');
    expect(QLOG_SCHEMA).not.toMatch(/^urn:ietf/);
    const names = records.slice(1).map((record) => (JSON.parse(record) as { name: string }).name);
    expect(names.slice(0, 2)).toEqual(['tcp:packet_sent', 'tcp:connection_state_updated']);
    expect(names).toContain('tcp:packet_received');
  });

  test('what is no qlog of ours is refused, and broken records are passed over', () => {
    const text = connectionQlog(keptExchange(LINES));
    expect(readQlog('')).toBeNull();
    expect(readQlog('{}')).toBeNull();
    expect(readQlog(text.replaceAll(QLOG_SCHEMA, 'urn:other'))).toBeNull();
    const cut = `${text}\u001e{"time":1\u001e{"time":1,"name":"tcp:packet_sent","data":{"owner":"client"}}\u001enull`;
    expect(readQlog(cut)).toEqual(readQlog(text));
  });
});

describe('hostile captures', () => {
  test('everything that is read can be exported', () => {
    const sound = capture(LINES);
    for (let seed = 0; seed < 300; seed++) {
      for (const kept of keptOf(damaged(sound, seed))) {
        for (const { name, write } of EXPORTERS) {
          expect(() => write(kept, ENGLISH, false), `${name}, seed ${seed}`).not.toThrow();
        }
      }
    }
  });
});

const EVIL = `<script>document.title='owned'</script><img src=x onerror="document.title='owned'">`;

/** Whatever could come from outside says something evil. */
function hostile(kept: KeptConnection): KeptConnection {
  const { summary, packets } = kept;
  return {
    ...kept,
    summary: {
      ...summary,
      client: { ...summary.client, endpoint: EVIL },
      history: `"><script>document.title='owned'</script>`,
      verdict: { ...summary.verdict, text: `</p></style></svg>${EVIL}\u0000\ud800` },
    },
    packets: packets.map((packet) => ({ ...packet, segment: { ...packet.segment, flags: EVIL } })),
  };
}

describe.skipIf(missing('/usr/bin/chromium'))('in a browser', () => {
  async function opened(
    file: string,
  ): Promise<{ title: string; errors: string[]; arrows: number; scripts: number }> {
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('console', (message) => errors.push(message.text()));
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('request', (request) => request.url() === `file://${file}` || errors.push(request.url()));
      await page.goto(`file://${file}`);
      const title = await page.title();
      const count = (selector: string): Promise<number> => page.locator(selector).count();
      return { title, errors, arrows: await count('.arrow'), scripts: await count('script, img') };
    } finally {
      await browser.close();
    }
  }

  test('a report shows its ladders, breaks no policy, and runs nothing that a capture holds', async () => {
    const kept = hostile(keptExchange(LINES));
    const file = join(root, 'report.html');
    const report = { connections: [kept.summary], ladders: [kept], redacted: false };
    writeFileSync(file, htmlReport(report, ENGLISH));
    const title = ENGLISH.exports.report.title;
    expect(await opened(file)).toEqual({ title, errors: [], arrows: LINES.length, scripts: 0 });
  }, 60_000);

  test('a picture', async () => {
    const file = join(root, 'ladder.svg');
    writeFileSync(file, connectionSvg(hostile(keptExchange(LINES)), KOREAN));
    expect(await opened(file)).toMatchObject({ errors: [], arrows: LINES.length, scripts: 0 });
  }, 60_000);
});

describe('a report', () => {
  const kept = keptExchange(LINES);

  test('says in words what the picture shows', () => {
    const html = htmlReport({ connections: [kept.summary], ladders: [kept], redacted: false }, ENGLISH);
    for (const packet of kept.packets) {
      for (const remark of remarksOf(packet, ENGLISH))
        expect(html).toContain(remark.replaceAll("'", '&#39;'));
    }
    expect(html).toContain(kept.summary.verdict.text);
    expect(html).toContain('default-src &#39;none&#39;');
  });

  test('says what it leaves out', () => {
    const more = keptExchange([
      ...OPENED,
      ...Array.from({ length: 1200 }, (_, i) => `+1 > . ${1 + i}:${2 + i} ack 1`),
    ]);
    const other = { ...kept.summary, connection: 2 };
    const html = htmlReport({ connections: [more.summary, other], ladders: [more], redacted: true }, ENGLISH);
    expect(html).toContain(`+ ${1203 - REPORT_PACKETS} packets`);
    expect(html).toContain(ENGLISH.exports.report.left({ connections: 1 }));
    expect(html).toContain(ENGLISH.exports.report.redacted);
    expect(html.match(/data-arrow/g)).toHaveLength(REPORT_PACKETS);
  });
});
