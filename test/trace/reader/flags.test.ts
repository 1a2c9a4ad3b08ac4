// Wireshark's names for what is remarkable, one exchange for each (User's Guide, "TCP Analysis").
import { describe, expect, test } from 'vitest';
import { OPENED, readExchange } from './exchange.ts';

/** What is said of the last packet. */
const last = (...lines: readonly string[]): readonly string[] =>
  readExchange([...OPENED, ...lines]).packets.at(-1)!.flags;

describe('analysis flags', () => {
  test('nothing is said of an ordinary connection', () => {
    const lines = [
      '+1 > P. 1:101 ack 1',
      '+20 < . 1:1 ack 101',
      '+0 < P. 1:501 ack 101',
      '+1 > . 101:101 ack 501',
    ];
    const ends = ['+1 > F. 101:101 ack 501', '+20 < F. 501:501 ack 102', '+0 > . 102:102 ack 502'];
    const { packets } = readExchange([...OPENED, ...lines, ...ends]);
    expect(packets.flatMap(({ flags }) => flags)).toEqual([]);
    expect(packets.at(-1)!.states).toBe('TIME-WAIT ?CLOSED');
  });

  test('Retransmission: of text, of a SYN, of a FIN', () => {
    expect(last('+1 > P. 1:101 ack 1', '+300 > P. 1:101 ack 1')).toEqual(['Retransmission']);
    expect(readExchange(['+0 > S 0:0', '+1000 > S 0:0']).packets[1]!.flags).toEqual(['Retransmission']);
    expect(last('+1 > F. 1:1 ack 1', '+300 > F. 1:1 ack 1')).toEqual(['Retransmission']);
  });

  test('Fast Retransmission: two duplicate ACKs before, within 20 ms', () => {
    const text = [
      '+1 > . 1:1001 ack 1',
      '+0 > . 1001:2001 ack 1',
      '+0 > . 2001:3001 ack 1',
      '+20 < . 1:1 ack 1',
    ];
    const dups = ['+0 < . 1:1 ack 1', '+0 < . 1:1 ack 1'];
    expect(last(...text, ...dups, '+1 > . 1:1001 ack 1')).toEqual(['Fast Retransmission']);
    expect(last(...text, ...dups, '+30 > . 1:1001 ack 1')).toEqual(['Retransmission']);
    expect(last(...text, '+1 > . 1:1001 ack 1')).toEqual(['Retransmission']);
  });

  test('Spurious Retransmission: it had been acknowledged', () => {
    expect(last('+1 > P. 1:101 ack 1', '+20 < . 1:1 ack 101', '+1 > P. 1:101 ack 1')).toEqual([
      'Spurious Retransmission',
    ]);
    // With a FIN behind it, too; a FIN alone carries nothing that could have been taken.
    const closing = (text: string) => [
      `+1 > FP. ${text} ack 1`,
      '+20 < . 1:1 ack 102',
      `+1 > FP. ${text} ack 1`,
    ];
    expect(last(...closing('1:101'))).toEqual(['Spurious Retransmission']);
    expect(last('+1 > F. 1:1 ack 1', '+20 < . 1:1 ack 2', '+1 > F. 1:1 ack 1')).toEqual(['Retransmission']);
  });

  test('Previous segment not captured, and Out-Of-Order when it comes soon, a Retransmission later', () => {
    const gap = ['+1 > . 1:1001 ack 1', '+0 > . 2001:3001 ack 1'];
    expect(last(...gap)).toEqual(['Previous segment not captured']);
    expect(last(...gap, '+2 > . 1001:2001 ack 1')).toEqual(['Out-Of-Order']);
    expect(last(...gap, '+200 > . 1001:2001 ack 1')).toEqual(['Retransmission']);
    // Captured before: it can't be late.
    expect(last(...gap, '+2 > . 1:1001 ack 1')).toEqual(['Retransmission']);
  });

  test('Dup ACK, with the frame that it repeats and how often', () => {
    const lines = [
      '+1 < . 1:1001 ack 1',
      '+0 > . 1:1 ack 1001',
      '+1 > . 1:1 ack 1001',
      '+1 > . 1:1 ack 1001',
    ];
    expect(last(...lines)).toEqual(['Dup ACK 5#2']);
    expect(last(...lines, '+1 > . 1:1 ack 1001 win 9000')).toEqual(['Window Update']);
    // With SACK blocks the window may change.
    const sack = '<1,1,5,10,0,0,0,0,0,0,0,1>';
    expect(last(...lines, `+1 > . 1:1 ack 1001 win 9000 ${sack}`)).toEqual(['Dup ACK 5#3']);
  });

  test('ACKed unseen segment: the other direction was not captured whole', () => {
    expect(last('+1 < . 1:1 ack 5001')).toEqual(['ACKed unseen segment']);
    expect(last('+1 < . 1:1 ack 5001', '+1 < . 1:1 ack 5001')).toEqual(['Dup ACK 4#1']);
    // A gap, later text, and an ACK that covers the gap: once.
    const gap = ['+1 > . 1001:2001 ack 1', '+20 < . 1:1 ack 1001'];
    expect(last(...gap)).toEqual(['ACKed unseen segment']);
    expect(last(...gap, '+1 < . 1:1 ack 2001')).toEqual([]);
  });

  test('Keep-Alive and Keep-Alive ACK', () => {
    expect(last('+7000 > . 0:0 ack 1')).toEqual(['Keep-Alive']);
    const before = ['+1 < . 1:1 ack 1'];
    expect(last(...before, '+7000 > . 0:1 ack 1')).toEqual(['Keep-Alive']);
    expect(last(...before, '+7000 > . 0:0 ack 1', '+20 < . 1:1 ack 1')).toEqual(['Keep-Alive ACK']);
  });

  test('ZeroWindow, ZeroWindowProbe, ZeroWindowProbeAck, and the Window Update that ends it', () => {
    const closed = ['+1 > P. 1:101 ack 1', '+20 < . 1:1 ack 101 win 0'];
    expect(last(...closed)).toEqual(['ZeroWindow']);
    expect(last(...closed, '+500 > . 101:102 ack 1')).toEqual(['ZeroWindowProbe']);
    const probed = [...closed, '+500 > . 101:102 ack 1', '+20 < . 1:1 ack 101 win 0'];
    expect(last(...probed)).toEqual(['ZeroWindowProbeAck', 'ZeroWindow']);
    expect(last(...closed, '+900 < . 1:1 ack 101 win 500')).toEqual(['Window Update']);
    // The octet of the probe was refused: it is no retransmission when it goes again.
    expect(last(...probed, '+900 < . 1:1 ack 101 win 500', '+0 > P. 101:301 ack 1')).toEqual([]);
  });

  test('Window Full: it ends where the window does, scaled', () => {
    const offered = '+1 < . 1:1 ack 1 win 250';
    expect(last(offered, '+1 > . 1:1001 ack 1')).toEqual(['Window Full']);
    expect(last(offered, '+1 > . 1:1000 ack 1')).toEqual([]);
  });

  test('Port numbers reused: another connection, by a SYN after the end', () => {
    const ended = [...OPENED, '+1 > F. 1:1 ack 1', '+20 < F. 1:1 ack 2', '+0 > . 2:2 ack 2'];
    const { packets, connections } = readExchange([...ended, '+100 > S 0:0 isn 99000']);
    expect(packets.at(-1)!.flags).toEqual(['Port numbers reused']);
    expect(connections.map(({ connection, packets: count }) => [connection, count])).toEqual([
      [1, 6],
      [2, 1],
    ]);
  });

  test('a SYN with other numbers while the connection lives is not another connection', () => {
    const { packets, connections } = readExchange([...OPENED, '+1 > S 0:0 isn 99000', '+1 > P. 1:101 ack 1']);
    expect(packets.map(({ flags }) => flags).slice(3)).toEqual([['Port numbers reused'], []]);
    expect(connections.length).toBe(1);
  });

  test('an ACK of the connection before, between the SYN and its answer, is not where the numbers begin', () => {
    const lines = ['+0 > S 0:0', '+1 < . 9000:9000 ack 9', '+20 < S. 0:0 ack 1', '+1 > . 1:1 ack 1'];
    expect(
      readExchange(lines)
        .packets.map(({ flags }) => flags)
        .slice(2),
    ).toEqual([[], []]);
  });

  test('RFC 7413: Fast Open forms', () => {
    const cookie = '<34,10,1,2,3,4,5,6,7,8,1,1>';
    const syn = `+0 > S 0:100 ${cookie}`;
    const { packets } = readExchange([syn, '+20 < S. 0:0 ack 101']);
    expect(packets.map(({ flags }) => flags)).toEqual([
      ['SYN with TFO Cookie'],
      ['SYN-ACK accepting TFO data'],
    ]);
    expect(readExchange([syn, '+20 < S. 0:0 ack 1']).packets[1]!.flags).toEqual([
      'SYN-ACK ignoring TFO data',
    ]);
  });

  test('a super-segment, a mirrored duplicate, a clock that goes back', () => {
    expect(last('+1 > P. 1:3001 ack 1')).toEqual(['Super-segment (offload)']);
    const copies = ['+1 > P. 1:101 ack 1 id 77', '+0.5 > P. 1:101 ack 1 ttl 63 id 77'];
    expect(last(...copies)).toEqual(['Mirrored duplicate']);
    expect(last(copies[0]!, '+0.5 > P. 1:101 ack 1 id 78')).toEqual(['Retransmission']);
  });
});

describe('what a capture misses', () => {
  test('the beginning: states are assumed, and sides told apart by their ports', () => {
    const { packets, connections } = readExchange(['+0 < P. 5:105 ack 9', '+1 > . 9:9 ack 105']);
    expect(packets.map(({ states }) => states)).toEqual([
      '?ESTABLISHED ?ESTABLISHED',
      '?ESTABLISHED ?ESTABLISHED',
    ]);
    expect(connections[0]).toMatchObject({
      client: { endpoint: '10.0.0.1:40000' },
      server: { endpoint: '10.0.0.2:80' },
      connState: 'OTH',
      completeness: 8,
    });
  });

  test('one direction', () => {
    const { packets, connections } = readExchange([
      '+0 > S 0:0',
      '+20 > . 1:1 ack 1',
      '+1 > P. 1:101 ack 1',
      '+50 > F. 101:101 ack 700',
    ]);
    expect(packets.flatMap(({ flags }) => flags)).toEqual([]);
    expect(packets.at(-1)!.states).toMatch(/^FIN-WAIT-1 /);
    expect(connections[0]!.packets).toBe(4);
  });
});
