// RFC 9768 AccECN in script notation. Flags E, W, A are ECE, CWR, AE, and after the handshake 1, 2 and 4 of the counter
// ACE: `EA.` is 5, which it begins with.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add } from '../../src/tcp/seq.ts';
import { CE } from '../../src/wire/ip.ts';
import { ACK, AE, ECE } from '../../src/wire/tcp.ts';
import { OUR_ISS, PEER_ISS, pattern, Script, type ScriptOptions } from '../support/script.ts';

const accurate = (more: Partial<Parameters> = {}): ScriptOptions => ({
  parameters: { ecn: 'accurate', ...more },
});
const ALL = 'ECN e0b 1 ceb 0 e1b 1';

/** Opened by us; the peer's options, if it has any, come with its SYN,ACK. */
function asked(options: ScriptOptions = accurate(), peer = ALL): Script {
  return new Script(options)
    .connect()
    .out('[noecn] SEWA 0:0 <mss 1460>')
    .in(`SW. 0:0 ack 1 win 65535 <mss 1000${peer === '' ? '' : `,${peer}`}>`)
    .out(`[noecn] W. 1:1 ack 1 <${ALL}>`)
    .followed('9768-3.1.1-on');
}

/** Opened by the peer. */
const agreed = (more: Partial<Parameters> = {}): Script =>
  new Script(accurate(more))
    .listen()
    .in('SEWA 0:0 win 65535 <mss 1000>')
    .out(`[noecn] SW. 0:0 ack 1 <mss 1460,${ALL}>`)
    .in(`W. 1:1 ack 1 <${ALL}>`)
    .quiet();

const tcbOf = (t: Script) => t.connection.tcb;
const ssthresh = (t: Script): number => tcbOf(t).congestion.ssthresh;
const ace = (n: number): string => `${n & 1 ? 'E' : ''}${n & 2 ? 'W' : ''}${n & 4 ? 'A' : ''}.`;

describe('the handshake', () => {
  test.each([
    ['noecn', 'W'],
    ['ect1', 'EW'],
    ['ect0', 'A'],
    ['ce', 'WA'],
  ])('a SYN that came as %s is answered by S%s. (9768.1)', (codepoint, flags) => {
    const t = new Script(accurate())
      .listen()
      .in(`[${codepoint}] SEWA 0:0 <mss 1000>`)
      .out(`S${flags}. 0:0 ack 1`);
    expect(tcbOf(t).ecn.accurate).toBe(true);
    // A mark on the SYN is told by these flags, and not counted.
    t.in('W. 1:1 ack 1').in('P. 1:11 ack 1').after(200).out('EA. 1:1 ack 11');
  });

  test('our SYN has all three flags; its answer turns AccECN on (9768.1)', () => {
    const t = asked();
    expect([tcbOf(t).ecn.accurate, t.connection.info(t.now).ecn]).toEqual([true, true]);
    t.write(10).out(`[ect0] PEA. 1:11 ack 1 <${ALL}>`);
  });

  test.each([
    ['noecn', 'W', 5],
    ['ect1', 'EW', 5],
    ['ect0', 'A', 5],
    ['ce', 'WA', 6],
  ])(
    'a SYN,ACK that came as %s: the first ACK says so by %s., and then ACE is %i (9768.3)',
    (codepoint, flags, first) => {
      const t = new Script(accurate()).connect().out('SEWA 0:0');
      t.in(`[${codepoint}] SW. 0:0 ack 1 <mss 1000>`).out(`${flags}. 1:1 ack 1`);
      t.in('P. 1:11 ack 1')
        .after(200)
        .out(`${ace(first)} 1:1 ack 11`);
    },
  );

  test('text in a SYN,ACK does not count it twice (9768.3)', () => {
    const t = new Script(accurate())
      .connect()
      .out('SEWA 0:0')
      .in('[ce] SW. 0:10 ack 1 <mss 1000>')
      .out('WA. 1:1 ack 11');
    t.in('P. 11:21 ack 1').after(200).out('WA. 1:1 ack 21');
  });

  test('text that waits does not go before that ACK (9768.3)', () => {
    const t = new Script(accurate()).connect().write(10).out('SEWA 0:0');
    t.in('[ce] SW. 0:0 ack 1 <mss 1000>').out('WA. 1:1 ack 1', '[ect0] PWA. 1:11 ack 1');
  });

  test('the SYN,ACK again: how it came is said again (9768.3)', () => {
    asked().in('[ce] SW. 0:0 ack 1 <mss 1000>').out('WA. 1:1 ack 1');
  });

  test.each(['SE', 'SEA'])('%s. in answer: RFC 3168 (9768.2)', (flags) => {
    const t = new Script(accurate())
      .connect()
      .out('SEWA 0:0')
      .in(`${flags}. 0:0 ack 1 <mss 1000>`)
      .out('. 1:1 ack 1');
    expect(tcbOf(t).ecn).toMatchObject({ on: true, accurate: false });
    t.write(1000).out('[ect0] P. 1:1001 ack 1').in('E. 1:1 ack 1001').write(1000).out('PW. 1001:2001 ack 1');
  });

  test.each(['S', 'SEWA'])('%s. in answer: no ECN (9768.2)', (flags) => {
    const t = new Script(accurate())
      .connect()
      .out('SEWA 0:0')
      .in(`${flags}. 0:0 ack 1 <mss 1000>`)
      .out('. 1:1 ack 1');
    expect(tcbOf(t).ecn).toMatchObject({ on: false, accurate: false });
    t.write(10).out('[noecn] P. 1:11 ack 1');
  });

  test('a SYN of RFC 3168 is answered as RFC 3168 says, one without flags without (9768.2)', () => {
    const t = new Script(accurate()).listen().in('SEW 0:0 <mss 1000>').out('SE. 0:0 ack 1 <mss 1460>');
    expect(tcbOf(t).ecn).toMatchObject({ on: true, accurate: false });
    new Script(accurate()).listen().in('S 0:0 <mss 1000>').out('S. 0:0 ack 1 <mss 1460>');
  });

  test.each(['SE', 'SW', 'SA', 'SEA', 'SWA'])(
    '%s, which nothing uses yet, is as good as all three (9768.2)',
    (flags) => {
      new Script(accurate()).listen().in(`${flags} 0:0 <mss 1000>`).out('SW. 0:0 ack 1');
    },
  );

  test('who knows only RFC 3168 agrees to that', () => {
    const t = new Script({ parameters: { ecn: 'accept' } })
      .listen()
      .in('SEWA 0:0 <mss 1000>')
      .out('SE. 0:0 ack 1');
    expect(tcbOf(t).ecn).toMatchObject({ on: true, accurate: false });
  });

  test('simultaneous open', () => {
    const t = new Script(accurate()).connect().out('SEWA 0:0').in('SEWA 0:0 <mss 1000>').out('SW. 0:0 ack 1');
    t.in('SW. 0:0 ack 1').state('ESTABLISHED').takeSent();
    t.write(10).out('[ect0] PEA. 1:11 ack 1');
  });
});

describe('lost SYNs', () => {
  test('the second SYN asks too, the third no more (9768.6)', () => {
    const t = new Script(accurate()).connect().out('SEWA 0:0').after(1000).out('SEWA 0:0');
    t.after(2000).out('S 0:0').followed('9768-3.1.4.1-fallback').after(4000).out('S 0:0');
    t.in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1');
    expect(tcbOf(t).ecn.on).toBe(false);
  });

  test('the second SYN,ACK has no option, the third no flags either; nothing is ECT then (9768.6)', () => {
    const t = new Script(accurate())
      .listen()
      .in('SEWA 0:0 <mss 1000>')
      .out(`SW. 0:0 ack 1 <mss 1460,${ALL}>`);
    t.after(1000).out('SW. 0:0 ack 1 <mss 1460>').after(2000).out('S. 0:0 ack 1 <mss 1460>');
    t.followed('9768-3.1.4.2-fallback').in('. 1:1 ack 1').write(10).out('[noecn] PEA. 1:11 ack 1');
  });

  test('an option that may have been what was dropped is sent no more (9768.5)', () => {
    const t = new Script(accurate()).listen().in('SEWA 0:0 <mss 1000>').out('SW. 0:0 ack 1').after(1000);
    t.out('SW. 0:0 ack 1 <mss 1460>').in('W. 1:1 ack 1').in('[ect0] P. 1:11 ack 1').after(200);
    t.out('EA. 1:1 ack 11 <>');
  });
});

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
});

describe('the sender', () => {
  /** Ten segments of text are in flight. */
  function busy(peer = ALL): Script {
    const t = asked(accurate(), peer).write(20_000);
    t.takeSent();
    return t;
  }

  test('ACE goes on: one reduction a round trip, and no CWR (9768.3, A088)', () => {
    const t = busy().in('WA. 1:1 ack 1989 <ECN e0b 1001 ceb 1000>').followed('9768-3.2.2-marks');
    expect(ssthresh(t)).toBe(4994);
    for (const line of t.takeSent()) expect(line).toMatch(/^\[ect0\] P?EA\./);
    t.in('EWA. 1:1 ack 2989 <ECN e0b 1001 ceb 2000>').in('. 1:1 ack 3989 <ECN e0b 1001 ceb 3000>');
    expect([ssthresh(t), t.connection.info(t.now).deliveredCe]).toEqual([4994, 3]);
  });

  test('no mark, no reduction (9768.3)', () => {
    const t = busy().in('EA. 1:1 ack 1989 <ECN e0b 2001>').in('EA. 1:1 ack 8989 <ECN e0b 9001>');
    expect([ssthresh(t), t.connection.info(t.now).deliveredCe]).toEqual([Infinity, 0]);
  });

  test('without an option, an ACK of many packets is held to have the worst news it can (9768.4)', () => {
    const t = busy('').in('EA. 1:1 ack 7001');
    expect(t.connection.info(t.now).deliveredCe).toBe(0);
    const again = busy('').in('EA. 1:1 ack 9001');
    expect(again.connection.info(again.now).deliveredCe).toBe(8);
    expect(ssthresh(again)).toBe(4994);
    const most = busy('').in('WA. 1:1 ack 9989');
    expect(most.connection.info(most.now).deliveredCe).toBe(9);
  });

  test('with one, its bytes tell how often the counter went round (9768.4, 9768.5)', () => {
    const none = busy().in('EA. 1:1 ack 9989 <ECN e0b 9989>');
    expect([none.connection.info(none.now).deliveredCe, ssthresh(none)]).toEqual([0, Infinity]);
    const nine = busy().in('WA. 1:1 ack 9989 <ECN e0b 1001 ceb 8988>');
    expect(nine.connection.info(nine.now).deliveredCe).toBe(9);
    const one = busy().in('WA. 1:1 ack 9989 <ECN e0b 8988 ceb 1000>');
    expect(one.connection.info(one.now).deliveredCe).toBe(1);
  });

  test('the counters of bytes wrap at 2^24 (9768.5)', () => {
    const t = busy();
    tcbOf(t).accEcn.toldCeb = 0xffff00;
    t.in('WA. 1:1 ack 1989 <ECN e0b 1001 ceb 744>');
    expect(tcbOf(t).accEcn.toldCeb).toBe(0xffff00 + 1000);
    expect(t.connection.info(t.now).deliveredCe).toBe(1);
  });

  test('an option that is older than the last, or leaves out what has changed, is no help (9768.4, 9768.5)', () => {
    for (const option of ['ECN e0b 1001 ceb 0', 'ECN e0b 9000']) {
      const t = busy().in('WA. 1:1 ack 1989 <ECN e0b 1001 ceb 1000>').in(`WA. 1:1 ack 9989 <${option}>`);
      expect([option, t.connection.info(t.now).deliveredCe]).toEqual([option, 1 + 8]);
    }
  });

  test('a mark when nothing is in flight slows nothing', () => {
    const t = asked().in('WA. 1:1 ack 1');
    expect([ssthresh(t), t.connection.info(t.now).deliveredCe]).toEqual([Infinity, 1]);
  });

  test('an ACK that another has overtaken tells nothing (9768.3)', () => {
    const t = busy().in('EA. 1:1 ack 5001').in('WA. 1:1 ack 2001');
    expect(t.connection.info(t.now).deliveredCe).toBe(0);
  });

  test('the peer need not send options on a SYN,ACK for one to be believed later (9768.5)', () => {
    const t = busy('').in('EA. 1:1 ack 9989 <ECN e0b 9989>');
    expect(t.connection.info(t.now).deliveredCe).toBe(0);
  });

  test('where the link cuts super-segments, none leaves that a cut would change: CWR is part of ACE (9768.3)', () => {
    const t = asked({ ...accurate(), superSegment: 65_535 })
      .write(988)
      .out('PEA. 1:989 ack 1');
    t.in('EA. 1:1 ack 989').write(3000).out('PEA. 989:3989 ack 1');
    t.in('[ce] PEA. 1:11 ack 3989').out('WA. 3989:3989 ack 11').write(3000);
    t.out('WA. 3989:4989 ack 11', 'WA. 4989:5989 ack 11', 'PWA. 5989:6989 ack 11');
  });
});

describe('a path that changes marks', () => {
  test.each(['EW', 'A', 'WA'])(
    'S%s. in answer to a SYN that was not ECT: nothing is sent as ECT (9768.7, A088)',
    (flags) => {
      const t = new Script(accurate())
        .connect()
        .out('SEWA 0:0')
        .in(`S${flags}. 0:0 ack 1 <mss 1000>`)
        .out('W. 1:1 ack 1');
      t.followed('9768-3.2.2.3-mangled').write(10).out('[noecn] PEA. 1:11 ack 1');
    },
  );

  test.each(['EW', 'A', 'WA'])('%s. as the ACK of our SYN,ACK: the same (9768.7, A088)', (flags) => {
    const t = new Script(accurate())
      .listen()
      .in('SEWA 0:0 <mss 1000>')
      .out('SW. 0:0 ack 1')
      .in(`${flags}. 1:1 ack 1`);
    t.followed('9768-3.2.2.3-mangled').write(10).out('[noecn] PEA. 1:11 ack 1');
    // What is marked all the same is answered.
    t.in(`${ace(flags === 'WA' ? 7 : 6)} 1:1 ack 11`);
    expect(t.connection.info(t.now).deliveredCe).toBe(1);
  });

  test('ACE is zero in the first segment: nothing is sent as ECT, and no mark is believed (9768.7, A088)', () => {
    const t = new Script(accurate())
      .listen()
      .in('SEWA 0:0 <mss 1000>')
      .out('SW. 0:0 ack 1')
      .in('. 1:1 ack 1');
    t.followed('9768-3.2.2.4-zeroed')
      .write(3000)
      .out('[noecn] EA. 1:1001 ack 1', '[noecn] EA. 1001:2001 ack 1', '[noecn] PEA. 2001:3001 ack 1');
    t.in('. 1:1 ack 1001').in('EW. 1:1 ack 2001');
    expect(ssthresh(t)).toBe(Infinity);
    expect(t.connection.info(t.now).deliveredCe).toBeGreaterThan(0);
  });

  test('what is not ECT is not held to have been marked, however much an ACK covers (9768.4)', () => {
    const t = new Script(accurate())
      .listen()
      .in('SEWA 0:0 <mss 1000>')
      .out('SW. 0:0 ack 1')
      .in('A. 1:1 ack 1');
    t.write(20_000).takeSent();
    t.in('EA. 1:1 ack 10001');
    expect([ssthresh(t), t.connection.info(t.now).deliveredCe]).toEqual([Infinity, 0]);
  });

  test('the same for a client (9768.7)', () => {
    const t = asked()
      .write(10)
      .out('[ect0] PEA. 1:11 ack 1')
      .in('. 1:1 ack 11')
      .followed('9768-3.2.2.4-zeroed');
    t.write(10).out('[noecn] PEA. 11:21 ack 1');
  });

  test('an option that is cleared is not believed (9768.7)', () => {
    const t = asked(accurate(), 'ECN e0b 0 ceb 0 e1b 0').write(20_000);
    t.takeSent();
    t.in('EA. 1:1 ack 9001 <ECN e0b 0 ceb 0 e1b 0>');
    expect(t.connection.info(t.now).deliveredCe).toBe(8);
  });

  test('nor one that comes cleared later (9768.7)', () => {
    const t = asked(accurate(), '').write(20_000);
    t.takeSent();
    t.in('EA. 1:1 ack 9001 <ECN e0b 0 ceb 0 e1b 0>');
    expect(t.connection.info(t.now).deliveredCe).toBe(8);
  });

  test('marked bytes without a marked packet: the feedback is false, nothing is sent as ECT (9768.7, A088)', () => {
    const t = asked().write(20_000);
    t.takeSent();
    t.in('EA. 1:1 ack 2001 <ECN e0b 1001 ceb 1000>').followed('9768-3.2.2.3-mangled');
    const lines = t.takeSent();
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).not.toContain('ect0');
  });

  test('feedback is still given (9768.7)', () => {
    const t = new Script(accurate())
      .listen()
      .in('SEWA 0:0 <mss 1000>')
      .out('SW. 0:0 ack 1')
      .in('. 1:1 ack 1');
    t.in('[ce] P. 1:11 ack 1').out('WA. 1:1 ack 11');
  });
});
