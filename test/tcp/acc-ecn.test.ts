// RFC 9768 §3.1 AccECN's handshake, and what is done when it fails.

import { describe, expect, test } from 'vitest';
import { Script } from '../support/script.ts';
import { ALL, accurate, ace, asked, tcbOf } from './acc-ecn.ts';

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
