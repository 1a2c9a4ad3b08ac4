// The text of one direction: in order, once, and with what was not captured said.
import { expect, test } from 'vitest';
import { seq } from '../../../src/tcp/seq.ts';
import { SeenPacket } from '../../../src/trace/reader/packets.ts';
import { TextStream } from '../../../src/trace/reader/stream.ts';
import { ACK, FIN, RST, SYN } from '../../../src/wire/tcp.ts';

/** Wraps within a few octets. */
const ISN = 2 ** 32 - 3;

class Played {
  said = '';
  readonly stream = new TextStream({
    text: (bytes) => {
      this.said += new TextDecoder().decode(bytes);
    },
    missing: (bytes) => {
      this.said += `[${bytes}]`;
    },
  });
  private readonly packet = new SeenPacket();

  /** `captured`: less than was sent, if the capture cut it. */
  send(at: number, text: string, flags = ACK, captured = text.length): this {
    const { packet } = this;
    packet.segment.seq = seq((ISN + at) | 0);
    packet.segment.flags = flags;
    packet.segment.text = new TextEncoder().encode(`..${text}`);
    packet.segment.textStart = 2;
    packet.segment.textLength = text.length;
    packet.capturedLength = captured;
    this.stream.segment(packet);
    return this;
  }

  ack(to: number): this {
    this.stream.acknowledged(seq((ISN + to) | 0));
    return this;
  }

  finish(): string {
    this.stream.finish();
    return this.said;
  }
}

const opened = (): Played => new Played().send(0, '', SYN);

test('in the order of its numbers, beyond 2^32', () => {
  expect(opened().send(1, 'abc').send(4, 'def').finish()).toBe('abcdef');
});

test('what comes late is put in its place', () => {
  const played = opened().send(4, 'def').send(7, 'ghi');
  expect(played.said).toBe('');
  expect(played.send(1, 'abc').said).toBe('abcdefghi');
});

test('what is sent again is given once, whole or in part', () => {
  expect(opened().send(1, 'abc').send(1, 'abc').send(2, 'bcde').send(3, 'cd').finish()).toBe('abcde');
});

test('a keep-alive is no text', () => {
  expect(opened().send(1, 'abc').send(3, '\0').send(4, 'd').finish()).toBe('abcd');
});

test('a gap is one once the peer has acknowledged what is behind it', () => {
  const played = opened().send(1, 'ab').send(6, 'fg').ack(3);
  expect(played.said).toBe('ab');
  expect(played.ack(8).said).toBe('ab[3]fg');
  expect(played.send(3, 'cde').finish()).toBe('ab[3]fg');
});

test('a gap at the end: of what was acknowledged, the FIN not counted', () => {
  expect(opened().send(1, 'ab').ack(8).finish()).toBe('ab[5]');
  expect(
    opened()
      .send(1, 'ab')
      .send(3, '', FIN | ACK)
      .ack(4)
      .finish(),
  ).toBe('ab');
});

test('what the capture cut is a gap', () => {
  expect(opened().send(1, 'abcdef', ACK, 2).send(7, 'g').finish()).toBe('ab[4]g');
});

test('a capture that begins in the middle', () => {
  expect(new Played().send(100, 'abc').send(103, 'd').finish()).toBe('abcd');
});

test('text on a SYN counts from behind it', () => {
  expect(new Played().send(0, 'ab', SYN).send(3, 'c').finish()).toBe('abc');
});

test('numbers that no window allows, and the words of a RST, are left out', () => {
  expect(
    opened()
      .send(1, 'a')
      .send(2 ** 30 + 2, 'x')
      .send(2, 'why', RST)
      .send(2, 'b')
      .finish(),
  ).toBe('ab');
});

test('no more is held than 4096 segments', () => {
  const played = opened();
  for (let i = 0; i <= 4096; i++) played.send(10 + 2 * i, 'x');
  expect(played.said).toBe('[9]x');
});
