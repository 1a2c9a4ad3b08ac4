import { describe, expect, test } from 'vitest';
import { PcapngExport } from '../../src/trace/pcapng-export.ts';
import { ENGLISH } from '../../src/trace/text/english.ts';
import { isChecksumValid, pseudoHeaderSumOf } from '../../src/wire/checksum.ts';
import { Packet } from '../../src/wire/packet.ts';
import { type PcapngBlock, PcapngReader } from '../../src/wire/pcapng-reader.ts';
import { CLIENT, FakeEnd, packetOf, SERVER } from './support.ts';

interface Capture {
  readonly file: PcapngExport;
  readonly client: FakeEnd;
  readonly peer: FakeEnd;
  read(): PcapngBlock[];
}

function capture(epoch = 0): Capture {
  const reader = new PcapngReader();
  const file = new PcapngExport((bytes) => reader.push(bytes), ENGLISH, epoch);
  return {
    file,
    client: new FakeEnd(file, 'client'),
    peer: new FakeEnd(new PcapngExport(() => {}, ENGLISH), 'server'),
    read: () => {
      const blocks: PcapngBlock[] = [];
      for (let block = reader.next(); block !== null; block = reader.next()) blocks.push(block);
      expect([reader.fault, reader.pending]).toEqual([null, 0]);
      return blocks;
    },
  };
}

const packets = (blocks: readonly PcapngBlock[]) =>
  blocks.filter((block): block is PcapngBlock & { type: 'packet' } => block.type === 'packet');

const comments = (blocks: readonly PcapngBlock[]): string[] => packets(blocks).map((block) => block.comment);

function isTcpValid(data: Uint8Array): boolean {
  return isChecksumValid(data, 20, data.length, pseudoHeaderSumOf(data, 0, 6, data.length - 20));
}

describe('PcapngExport', () => {
  test('section, one interface for each host and link, packets with time, direction and bytes', () => {
    const { file, client, peer, read } = capture(1_700_000_000_000);
    const syn = packetOf(client.out('S', 0, 0), CLIENT, SERVER);
    file.packetSent('client', 'eth', syn, 1.25);
    const answer = packetOf(peer.segment('S.', 0, 1), SERVER, CLIENT);
    file.packetReceived('client', 'eth', answer, 2.000_001);
    file.packetReceived('client', 'wlan', answer, 3);
    file.flush();
    const blocks = read();
    expect(blocks.map((block) => block.type)).toEqual([
      'section',
      'interface',
      'packet',
      'packet',
      'interface',
      'packet',
    ]);
    expect(blocks[0]).toMatchObject({ application: 'synfin' });
    expect(blocks[1]).toMatchObject({ id: 0, interface: { name: 'client/eth', linkType: 101 } });
    expect(blocks[4]).toMatchObject({ id: 1, interface: { name: 'client/wlan' } });
    const [first, second, third] = packets(blocks);
    expect(first).toMatchObject({ interfaceId: 0, direction: 'out', time: 1_700_000_000_001_250_000n });
    expect(second).toMatchObject({ interfaceId: 0, direction: 'in' });
    expect(third).toMatchObject({ interfaceId: 1, time: 1_700_000_000_003_000_000n });
    expect(first!.data).toEqual(syn.bytes.subarray(0, syn.end));
  });

  test('the reason of a leaving segment, and the state it brings', () => {
    const { file, client, read } = capture();
    client.call('connect');
    client.state('SYN-SENT', '9293-3.10.1-active');
    file.packetSent(
      'client',
      'eth',
      packetOf(client.out('S', 0, 0, { why: '9293-3.5-syn' }), CLIENT, SERVER),
      0,
    );
    file.flush();
    expect(comments(read())).toEqual([
      'first SYN: our initial sequence number and our options (RFC 9293 §3.5); CLOSED → SYN-SENT',
    ]);
  });

  test('what an arriving packet did is known after it arrived: the block waits for the next packet', () => {
    const { file, client, peer, read } = capture();
    const seg = peer.segment('F.', 1, 1);
    file.packetReceived('client', 'eth', packetOf(seg, SERVER, CLIENT), 0);
    client.in(seg);
    client.rule('9293-3.10.7.4-seventh');
    client.state('CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait');
    expect(packets(read())).toEqual([]);
    const stray = peer.segment('.', 900_000, 1);
    file.packetReceived('client', 'eth', packetOf(stray, SERVER, CLIENT), 1);
    client.probe.segmentDropped(client.tcb, stray, '9293-3.10.7.4-first', 1);
    client.state('LAST-ACK', '9293-3.6-fin');
    const fin = client.out('F.', 1, 2, { why: '9293-3.6-fin' });
    file.packetSent('client', 'eth', packetOf(fin, CLIENT, SERVER), 1);
    file.flush();
    expect(comments(read())).toEqual([
      'text in order: taken, its ACK is due (RFC 9293 §3.10.7.4); ' +
        'CLOSED → CLOSE-WAIT: their FIN: the peer has sent all, we still may send (RFC 9293 §3.10.7.4)',
      'dropped: outside our window: an ACK says what we expect (RFC 9293 §3.10.7.4)',
      'FIN: all our text is sent (RFC 9293 §3.6); CLOSE-WAIT → LAST-ACK',
    ]);
  });

  test('a FIN that waited behind a gap takes effect with a segment that has none: it says so', () => {
    const { file, client, peer, read } = capture();
    for (const letters of ['.', 'F.']) {
      const seg = peer.segment(letters, 1, 1, { length: 10 });
      file.packetReceived('client', 'eth', packetOf(seg, SERVER, CLIENT), 0);
      client.in(seg);
      client.state('CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait');
    }
    file.flush();
    const [late, at] = comments(read());
    expect(late).toContain(
      'CLOSE-WAIT: the gap is filled: the FIN that waited behind it counts now; their FIN',
    );
    expect(at).toContain('CLOSE-WAIT: their FIN');
  });

  test('calls and timers end what an arrival explains', () => {
    const { file, client, peer, read } = capture();
    const seg = peer.segment('.', 1, 1);
    file.packetReceived('client', 'eth', packetOf(seg, SERVER, CLIENT), 0);
    client.in(seg);
    client.fired('time-wait');
    client.state('CLOSED', '9293-3.10.8-time-wait');
    client.call('close');
    client.rule('9293-3.7.4-nagle');
    file.flush();
    expect(comments(read())).toEqual(['']);
  });

  test('a packet that the host drops says why; a RST without a connection explains itself', () => {
    const { file, client, read } = capture();
    const packet = packetOf(client.segment('S', 0, 0), CLIENT, SERVER);
    file.packetReceived('server', 'eth', packet, 0);
    file.packetDropped('server', 'eth', packet, 'tcp-no-connection');
    file.packetSent('server', 'eth', packetOf(client.segment('R.', 0, 1), SERVER, CLIENT), 0);
    const reset = packetOf(client.segment('R', 1, 0), CLIENT, SERVER);
    file.packetReceived('server', 'eth', reset, 0);
    file.packetDropped('server', 'eth', reset, 'tcp-no-connection');
    file.flush();
    expect(comments(read())).toEqual([
      'no connection here: answered by RST (RFC 9293 §3.10.7.1)',
      'no connection here: answered by RST (RFC 9293 §3.10.7.1)',
      'dropped: tcp-no-connection',
    ]);
  });

  test('a reason belongs to its own segment, even if another packet leaves first', () => {
    const { file, client, read } = capture();
    const waits = client.out('.', 1, 1, { why: '9293-3.8.6.3-delayed' });
    const ping = new Packet();
    ping.bytes = Uint8Array.of(0x45, 0, 0, 20, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2);
    ping.end = 20;
    file.packetSent('client', 'eth', ping, 0);
    file.packetSent('client', 'eth', packetOf(waits, CLIENT, SERVER), 0);
    file.packetSent('client', 'eth', packetOf(client.segment('.', 1, 1), CLIENT, SERVER), 0);
    file.flush();
    expect(comments(read())).toEqual(['', 'delayed ACK: its wait is over (RFC 9293 §3.8.6.3)', '']);
  });

  test('MUST-2: a partial checksum is completed in the copy, not in the packet', () => {
    const { file, client, read } = capture();
    const sizes = [0, 1, 1460, 60_001];
    for (const length of sizes) {
      const packet = packetOf(client.out('P.', 1, 1, { length }), CLIENT, SERVER, true);
      const before = packet.bytes.slice();
      file.packetSent('client', 'tun', packet, 0);
      file.packetReceived('client', 'tun', packet, 0);
      expect(packet.bytes).toEqual(before);
      expect(isTcpValid(packet.bytes.subarray(0, packet.end))).toBe(false);
    }
    file.flush();
    const read_ = packets(read());
    expect(read_).toHaveLength(2 * sizes.length);
    for (const { data } of read_) expect(isTcpValid(data)).toBe(true);
  });

  test('a full checksum is left as it is, wrong or not, and so is what is no packet at all', () => {
    const { file, client, read } = capture();
    const wrong = packetOf(client.segment('.', 1, 1), CLIENT, SERVER);
    wrong.bytes[36]! ^= 0xff;
    file.packetReceived('client', 'eth', wrong, 0);
    for (const bytes of [[], [0x45], [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 9]]) {
      const packet = new Packet();
      packet.bytes = Uint8Array.from(bytes);
      packet.end = bytes.length;
      packet.checksum = 'partial';
      file.packetReceived('client', 'eth', packet, 0);
    }
    file.flush();
    const [first, ...rest] = packets(read());
    expect(isTcpValid(first!.data)).toBe(false);
    expect(rest.map(({ data }) => data.length)).toEqual([0, 1, 21]);
  });

  test('flush again writes nothing again', () => {
    const { file, client, read } = capture();
    file.packetReceived('client', 'eth', packetOf(client.segment('.', 1, 1), CLIENT, SERVER), 0);
    file.flush();
    file.flush();
    expect(packets(read())).toHaveLength(1);
  });
});
