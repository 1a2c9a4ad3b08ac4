// What somebody holds back on the way: the ladder shows it leaving, its sender's state, and later its arrival.
import { expect, test } from 'vitest';
import { Scene } from './scene.ts';
import { CLIENT, packetOf, SERVER } from './support.ts';

/** The kernel connects to a server of ours: only our end is observed. */
function established(): Scene {
  const scene = new Scene({ left: 'server', right: null, rightTitle: 'kernel' });
  const { client, server } = scene;
  server.state('LISTEN', '9293-3.10.1-passive');
  server.in(client.segment('S', 0, 0));
  server.state('SYN-RECEIVED', '9293-3.10.7.2-third');
  server.out('S.', 0, 1, { why: '9293-3.5-syn-ack' });
  server.in(client.segment('.', 1, 1));
  server.state('ESTABLISHED', '9293-3.10.7.4-fifth-established');
  scene.take();
  return scene;
}

const peerStates = (rows: readonly string[]): string[] =>
  rows.flatMap((row) => /[│┤] (~?[A-Z][A-Z0-9-]+)$/.exec(row)?.[1] ?? []);

test('§3.6 figure 13: a FIN that is held has left its sender, which is in FIN-WAIT-1 before our FIN comes', () => {
  const scene = established();
  const { client, server, recorder } = scene;
  const fin = client.segment('F.', 1, 1);
  recorder.packetHeld('server', 'tun', packetOf(fin, CLIENT, SERVER), 'ours goes first', 1);
  scene.at(2);
  server.state('FIN-WAIT-1', '9293-3.10.4-close');
  server.out('F.', 1, 1, { why: '9293-3.6-fin' });
  scene.at(3);
  server.in(fin);
  server.state('CLOSING', '9293-3.10.7.4-eighth-closing');
  server.out('.', 2, 2, { why: '9293-3.10.7.4-eighth' });
  const rows = scene.take();
  expect(peerStates(rows)).toEqual(['FIN-WAIT-1', '~CLOSING', '~TIME-WAIT']);
  const [held, arrival] = rows.filter((row) => row.includes('FIN,ACK') && !row.includes('├'));
  expect(held).toMatch(/│ .*┄.*FIN,ACK .*─┤ FIN-WAIT-1$/);
  expect(rows[rows.indexOf(held!) + 1]).toContain('held on tun: ours goes first');
  expect(arrival).toMatch(/CLOSING │◄─ FIN,ACK .*┄ +│$/);
});

test('the same segment again, after it has arrived, is one more', () => {
  const scene = established();
  const { client, server, recorder } = scene;
  const fin = client.segment('F.', 1, 1);
  recorder.packetHeld('server', 'tun', packetOf(fin, CLIENT, SERVER), 'to see', 1);
  scene.at(2);
  server.in(fin);
  server.out('.', 1, 2, { why: '9293-3.10.7.4-eighth' });
  scene.at(3);
  server.in(fin);
  // It would not come again if the acknowledgment had arrived.
  expect(peerStates(scene.take())).toEqual(['FIN-WAIT-1', '~FIN-WAIT-2', 'FIN-WAIT-1']);
});

test('a reset is not explained twice: what was told of our state goes for its segment', () => {
  const scene = established();
  scene.at(1).server.call('abort');
  scene.server.state('CLOSED', '9293-3.10.5-abort');
  scene.server.out('R', 1, 1, { why: '9293-3.10.5-abort' });
  const text = scene.take().join('\n');
  expect(text).toMatch(/├─ RST/);
  expect(text.match(/ABORT: drop everything/g)).toHaveLength(1);
});
