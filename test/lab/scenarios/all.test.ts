import { describe, expect, test } from 'vitest';
import type { Handle } from '../../../src/lab/model/scenario.ts';
import { COMMON_HANDLES } from '../../../src/lab/model/scenario.ts';
import { SCENARIOS } from '../../../src/lab/scenarios/all.ts';
import type { RuleId } from '../../../src/tcp/rules.ts';
import { ruleSource } from '../../../src/trace/rules.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { KOREAN } from '../../../src/trace/text/korean.ts';
import { type Handles, storyOf, taken } from './told.ts';

/** The headings that scenarios cite: RFC and section, as its table of contents has them. */
const HEADINGS: Readonly<Record<string, string>> = {
  '9293 3.3.1': 'Key Connection State Variables',
  '9293 3.4.2': 'Knowing When to Keep Quiet',
  '9293 3.4.3': 'The TCP Quiet Time Concept',
  '9293 3.5': 'Establishing a Connection',
  '9293 3.5.1': 'Half-Open Connections and Other Anomalies',
  '9293 3.5.2': 'Reset Generation',
  '9293 3.5.3': 'Reset Processing',
  '9293 3.6': 'Closing a Connection',
  '9293 3.6.1': 'Half-Closed Connections',
  '9293 3.7.4': 'Nagle Algorithm',
  '9293 3.8.1': 'Retransmission Timeout',
  '9293 3.8.3': 'TCP Connection Failures',
  '9293 3.8.4': 'TCP Keep-Alives',
  '9293 3.8.6': 'Managing the Window',
  '9293 3.8.6.1': 'Zero-Window Probing',
  '9293 3.8.6.2.1': 'Sender’s Algorithm: When to Send Data',
  '9293 3.8.6.2.2': 'Receiver’s Algorithm: When to Send a Window Update',
  '9293 3.8.6.3': 'Delayed Acknowledgments: When to Send an ACK Segment',
  '9293 3.9.1.1': 'Open',
  '9293 3.10.1': 'OPEN Call',
  '9293 3.10.4': 'CLOSE Call',
  '9293 3.10.5': 'ABORT Call',
  '9293 3.10.7.1': 'CLOSED State',
  '9293 3.10.7.2': 'LISTEN State',
  '9293 3.10.7.3': 'SYN-SENT State',
  '9293 3.10.7.4': 'Other States',
  '9293 3.10.8': 'Timeouts',
  '1337 2.3': 'Hazard H2: De-synchronized Connection',
  '1337 4': 'Conclusions',
  '2018 3': 'Sack Option Format',
  '4987 2': 'Attack Description',
  '4987 3.6': 'SYN Cookies',
  '5681 3.2': 'Fast Retransmit/Fast Recovery',
  '5681 4.2': 'Generating Acknowledgments',
  '5961 3.1': 'Description of the Attack (Blind Reset)',
  '6056 3': 'Obfuscating the Port Number Selection',
  '6191 2': 'Improved Processing of Incoming Connection Requests',
  '6265 4.1': 'Set-Cookie',
  '6298 5': 'Managing the RTO Timer',
  '7323 5.3': 'Basic PAWS Algorithm',
  '7413 4.2.2': 'Server: Receiving SYN and Sending SYN-ACK',
  '8985 6.2': 'Upon Receiving an ACK',
  '8985 7.3': 'Sending a Loss Probe Upon PTO Expiration',
};

/** Handle by handle, the scenario with it at either end of its range, and at each choice. */
function* corners(handles: Readonly<Record<string, Handle>>): Generator<Handles> {
  for (const [name, handle] of Object.entries(handles)) {
    if (handle.kind === 'switch') yield { [name]: !handle.default };
    else if (handle.kind === 'choice') for (const choice of handle.choices) yield { [name]: choice };
    else yield* [{ [name]: handle.least }, { [name]: handle.most }];
  }
}

describe.each(SCENARIOS.map((scenario) => [scenario.id, scenario] as const))('%s', (id, scenario) => {
  const runs = [{}, ...Object.values(scenario.experiments)].map((values) => storyOf(id, values));
  const rules = new Set(runs.flatMap((story) => [...taken(story)]));

  test('runs with every handle at its ends, by RFC 9293, as Linux and as FreeBSD', {
    timeout: 120_000,
  }, () => {
    for (const values of corners({ ...scenario.handles, ...COMMON_HANDLES })) {
      const story = storyOf(id, values);
      expect(story.moments.length, JSON.stringify(values)).toBeLessThan(5000);
    }
    for (const preset of ['RFC 9293', 'Linux', 'FreeBSD']) {
      for (const values of Object.values(scenario.experiments)) storyOf(id, { ...values, preset });
    }
  });

  test('has experiments that say what its handles can', () => {
    for (const [name, values] of Object.entries<Handles>(scenario.experiments)) {
      for (const [handle, value] of Object.entries(values)) {
        const known = new Map<string, Handle>(Object.entries({ ...scenario.handles, ...COMMON_HANDLES })).get(
          handle,
        );
        expect(known, `${name}: ${handle}`).toBeDefined();
        if (known?.kind === 'choice') expect(known.choices, name).toContain(value);
        else expect(typeof value, name).toBe(known?.kind === 'switch' ? 'boolean' : 'number');
      }
    }
  });

  test('cites sections that there are, and takes a rule of each that has one', () => {
    for (const section of scenario.sections) {
      expect(HEADINGS, section).toHaveProperty([section]);
      const own = (Object.keys(ENGLISH.rules) as RuleId[]).filter((rule) => isOf(rule, section));
      if (own.length > 0)
        expect(
          own.filter((rule) => rules.has(rule)),
          section,
        ).not.toEqual([]);
    }
  });

  test('has a text in both languages for every rule that it shows', () => {
    for (const rule of rules) {
      expect(ENGLISH.rules[rule], rule).toBeTruthy();
      expect(KOREAN.rules[rule], rule).toBeTruthy();
    }
  });
});

const isOf = (rule: RuleId, cited: string): boolean => {
  const { rfc, section } = ruleSource(rule);
  return `${rfc} ${section}` === cited;
};

test('the scenarios come in the order in which a learner takes them', () => {
  expect(SCENARIOS.map(({ id }) => id.slice(1)).join(' ')).toBe(
    '1 2 15 8 4 5 3 6 7 9 10 11 12 13 16 14 17 18',
  );
});
