// RFC 9768 §3.2.2 AccECN's sender: what it makes of the counters, and of a path that changes them.

import { describe, expect, test } from 'vitest';
import { Script } from '../support/script.ts';
import { ALL, accurate, ace, asked, ssthresh, tcbOf } from './acc-ecn.ts';

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
