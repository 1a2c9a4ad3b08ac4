// What reads captures beside the page, here without a worker: what it answers, and that no file makes it fail.

import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type CaptureNews, CaptureSession } from '../../src/lab/model/capture-session.ts';
import { chunksOf } from '../../src/lab/view/capture/chunks.ts';
import { Prng } from '../../src/lib/prng.ts';
import { capture, OPENED } from '../trace/reader/exchange.ts';

const LINES = [...OPENED, '+5 > P. 1:101 ack 1', '+300 > P. 1:101 ack 1', '+20 < . 1:1 ack 101'];

function session(): { session: CaptureSession<Blob>; news: CaptureNews[] } {
  const news: CaptureNews[] = [];
  const post = (told: CaptureNews): void => void news.push(structuredClone(told));
  return { session: new CaptureSession({ chunks: chunksOf, post, key: new Uint8Array(16) }), news };
}

const fileOf = (bytes: Uint8Array): Blob => new Blob([new Uint8Array(bytes)]);

describe('a session', () => {
  test.each([
    ['plain', (bytes: Uint8Array) => bytes],
    ['gzipped', (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes))],
  ])('a file, %s: its table, one of its connections, and that as a recipe', async (_, pack) => {
    const { session: reader, news } = session();
    await reader.request({ kind: 'read', file: fileOf(pack(capture(LINES))) });
    await reader.request({ kind: 'connection', number: 1 });
    await reader.request({ kind: 'replay' });
    expect(news.map(({ kind }) => kind)).toEqual(['table', 'connection', 'replay']);
    const [table, connection] = news;
    expect(table).toMatchObject({
      more: 0,
      cut: false,
      damagedAt: null,
      rows: [{ verdict: { kind: 'loss' } }],
    });
    if (connection?.kind !== 'connection') throw new Error('no connection');
    expect(connection.kept.packets).toHaveLength(6);
    // What was captured stays where it was read.
    expect(connection.kept.packets.every(({ bytes }) => bytes.length === 0)).toBe(true);
  });

  test('what is asked for and not there', async () => {
    const { session: reader, news } = session();
    await reader.request({ kind: 'replay' });
    await reader.request({ kind: 'connection', number: 1 });
    await reader.request({ kind: 'read', file: fileOf(capture(LINES)) });
    await reader.request({ kind: 'connection', number: 7 });
    expect(news.flatMap((told) => (told.kind === 'failed' ? [told.why] : []))).toEqual([
      'gone',
      'gone',
      'gone',
    ]);
  });

  test('a file that is cut, and gzip that is', async () => {
    const { session: reader, news } = session();
    const whole = capture(LINES);
    await reader.request({ kind: 'read', file: fileOf(new Uint8Array(gzipSync(whole)).subarray(0, 60)) });
    await reader.request({
      kind: 'read',
      file: fileOf(new TextEncoder().encode('<b>no capture</b>'.repeat(9))),
    });
    expect(news.at(-1)).toEqual({ kind: 'failed', why: 'magic' });
    expect(news[0]).toSatisfy(
      (told: CaptureNews) => told.kind === 'failed' || (told.kind === 'table' && told.cut),
    );
  });

  test('damaged files of every kind: an answer to each request, never a throw', async () => {
    const seed = 20_261_120;
    const prng = new Prng(seed);
    const whole = capture(LINES);
    for (let i = 0; i < 300; i++) {
      const bytes = whole.slice(0, prng.below(4) === 0 ? prng.below(whole.length) : whole.length);
      for (let n = prng.below(12); n > 0 && bytes.length > 0; n--)
        bytes[prng.below(bytes.length)] = prng.below(256);
      const { session: reader, news } = session();
      await reader.request({ kind: 'read', file: fileOf(bytes) });
      await reader.request({ kind: 'connection', number: 1 });
      await reader.request({ kind: 'replay' });
      expect(news, `seed ${seed}, file ${i}`).toHaveLength(3);
    }
  });
});
