// RFC 9768 §3.2 AccECN's receiver: the counter ACE, the ACKs it calls for, and the option.

import { describe, test } from 'vitest';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add } from '../../src/tcp/seq.ts';
import { CE } from '../../src/wire/ip.ts';
import { ACK, AE, ECE } from '../../src/wire/tcp.ts';
import { OUR_ISS, PEER_ISS, pattern, Script } from '../support/script.ts';
import { ALL, accurate, ace, agreed, asked } from './acc-ecn.ts';

describe('the receiver', () => {
  test('ACE counts marked packets modulo 8, from 5 (9768.3)', () => {
    const t = agreed({ delayedAck: 0 });
    for (let n = 1; n <= 12; n++) {
      const from = 1 + 100 * (n - 1);
      t.in(`[ce] P. ${from}:${from + 100} ack 1`).out(`${ace(5 + n)} 1:1 ack ${from + 100}`);
    }
    t.in('[ect0] P. 1201:1301 ack 1').out(`${ace(17)} 1:1 ack 1301`);
  });

  test('on every segment, text and what goes again too (9768.3)', () => {
    const t = agreed().write(10).out('[ect0] PEA. 1:11 ack 1');
    t.in('[ce] P. 1:101 ack 1').out('WA. 11:11 ack 101').after(1000).out('[noecn] PWA. 1:11 ack 101');
  });

  test('a bare ACK that was marked counts, a duplicate and a SYN do not (9768.3)', () => {
    const t = agreed()
      .in('[ce] EA. 1:1 ack 1')
      .quiet()
      .in('P. 1:101 ack 1')
      .after(200)
      .out('WA. 1:1 ack 101');
    t.in('[ce] P. 1:101 ack 1').out('WA. 1:1 ack 101');
    t.in('[ce] SEWA 0:0').out('WA. 1:1 ack 101');
  });

  test('a super-segment counts as the packets it stands for (9768.3)', () => {
    const t = agreed();
    const seg = new Segment();
    Object.assign(seg, {
      flags: ACK | AE | ECE,
      seq: add(PEER_ISS, 1),
      ack: add(OUR_ISS, 1),
      wnd: 65_535,
      ecn: CE,
    });
    Object.assign(seg, { text: pattern(1, 3000), textLength: 3000, segmentSize: 1000 });
    t.do((connection, now) => connection.arrives(seg, now)).out(
      `${ace(8)} 1:1 ack 3001 <ECN e0b 1 ceb 3000>`,
    );
  });

  test('the first mark after a packet without is told at once (9768.4)', () => {
    const t = agreed().in('[ect0] P. 1:101 ack 1').quiet();
    t.in('[ce] P. 101:201 ack 1').out('WA. 1:1 ack 201').followed('9768-3.2.2.5.1-change');
    t.in('[ect0] P. 201:301 ack 1')
      .quiet()
      .in('[ce] P. 301:401 ack 1')
      .out(`${ace(7)} 1:1 ack 401`);
  });

  test('and then every second one, without text every third (9768.4)', () => {
    const t = agreed().in('[ce] P. 1:101 ack 1').out('WA. 1:1 ack 101');
    t.in('[ce] P. 101:201 ack 1').quiet().in('[ce] P. 201:301 ack 1').out('. 1:1 ack 301');
    t.followed('9768-3.2.2.5.1-count');
    t.in('[ce] EA. 301:301 ack 1')
      .in('[ce] EA. 301:301 ack 1')
      .quiet()
      .in('[ce] EA. 301:301 ack 1')
      .out('EW. 1:1 ack 301');
  });

  test('a batch is answered by one ACK', () => {
    const t = agreed();
    t.batch('[ce] P. 1:101 ack 1', '[ce] P. 101:201 ack 1', '[ce] P. 201:301 ack 1').out('. 1:1 ack 301');
  });
});

describe('the option as it is sent', () => {
  test('bytes by their codepoint, fields that never changed left out (9768.5)', () => {
    const t = agreed({ delayedAck: 0 }).in('[ect0] P. 1:101 ack 1').out('EA. 1:1 ack 101 <ECN e0b 101>');
    t.in('[ce] P. 101:201 ack 1').out('WA. 1:1 ack 201 <ECN e0b 101 ceb 100>');
    t.in('[ect0] P. 201:301 ack 1').out('WA. 1:1 ack 301 <ECN e0b 201 ceb 100>');
    t.in('[ect1] P. 301:401 ack 1').out('WA. 1:1 ack 401 <ECN e0b 201 ceb 100 e1b 101>');
    t.in('[noecn] P. 401:501 ack 1').out('WA. 1:1 ack 501 <>');
  });

  test('the other order where only ECT(1) comes (9768.5)', () => {
    const t = agreed({ delayedAck: 0 }).in('[ect1] P. 1:101 ack 1').out('EA. 1:1 ack 101 <ECN e1b 101>');
    t.in('[ce] P. 101:201 ack 1').out('WA. 1:1 ack 201 <ECN e1b 101 ceb 100>');
  });

  test('a client says all of it with its first text, and once (9768.5)', () => {
    const t = asked()
      .write(10)
      .out(`PEA. 1:11 ack 1 <${ALL}>`)
      .in('EA. 1:1 ack 11')
      .write(10)
      .out('PEA. 11:21 ack 1 <>');
    t.after(1000).out('PEA. 11:21 ack 1 <>');
  });

  test('text makes room for it: no segment is longer than before (9768.5)', () => {
    asked()
      .write(3000)
      .out(
        `EA. 1:989 ack 1 <${ALL}>`,
        'EA. 989:1989 ack 1 <>',
        'EA. 1989:2989 ack 1 <>',
        'PEA. 2989:3001 ack 1 <>',
      );
  });

  test('SACK goes before it where there is room for one only (9768.5)', () => {
    const t = new Script(accurate({ sack: true, timestamps: true }))
      .listen()
      .in('SEWA 0:0 <mss 1000,sackOK,TS val 1 ecr 0>')
      .out(`SW. 0:0 ack 1 <mss 1460,sackOK,TS val 1000000 ecr 1,${ALL}>`)
      .in('W. 1:1 ack 1 <TS val 2 ecr 1000000>');
    const stamp = 'TS val 1000000 ecr 2';
    t.in('[ect0] . 101:201 ack 1 <TS val 2 ecr 1000000>').out(
      `EA. 1:1 ack 1 <${stamp},sack 101:201,ECN e0b 101>`,
    );
    t.in('[ce] . 301:401 ack 1 <TS val 2 ecr 1000000>');
    t.out(`WA. 1:1 ack 1 <${stamp},sack 301:401 101:201,ECN e0b 101 ceb 100>`);
    t.in('[ect0] . 501:601 ack 1 <TS val 2 ecr 1000000>');
    t.out(`WA. 1:1 ack 1 <${stamp},sack 501:601 301:401 101:201>`);
  });

  test('what came again is reported beside what was marked (9768.8, 2883.1)', () => {
    const t = new Script(accurate({ sack: true, dsack: RFC9293.dsack }))
      .listen()
      .in('SEWA 0:0 <mss 1000,sackOK>')
      .out(`SW. 0:0 ack 1 <mss 1460,sackOK,${ALL}>`)
      .in('W. 1:1 ack 1');
    t.in('[ect0] . 1:1001 ack 1').in('[ect0] . 1001:2001 ack 1').takeSent();
    t.in('[ect0] . 1:1001 ack 1').out('EA. 1:1 ack 2001 <sack 1:1001>').followed('2883-4-duplicate');
    t.batch('[ce] . 2001:3001 ack 1', '[ect0] . 1001:2001 ack 1');
    t.out('WA. 1:1 ack 3001 <sack 1001:2001,ECN e0b 2001 ceb 1000>');
  });
});
