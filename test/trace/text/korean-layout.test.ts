// Ladders, tables and summaries in Korean: everything stands in its column, whatever its characters' width.
import { describe, expect, test } from 'vitest';
import { CaptureAnalysis } from '../../../src/trace/reader/capture-analysis.ts';
import { CaptureLadder } from '../../../src/trace/reader/ladder.ts';
import { tableLines } from '../../../src/trace/reader/table.ts';
import { Summary } from '../../../src/trace/summary.ts';
import { formatSummary } from '../../../src/trace/summary-text.ts';
import { KOREAN } from '../../../src/trace/text/korean.ts';
import { padEnd, widthOf } from '../../../src/trace/text/width.ts';
import { capture, OPENED, readExchange } from '../reader/exchange.ts';
import { Scene } from '../scene.ts';

/** In which cells of a line the lifelines stand. */
function lifelines(line: string): number[] {
  const cells: number[] = [];
  let at = 0;
  for (const character of line) {
    if ('│├┤╷┊'.includes(character)) cells.push(at);
    at += widthOf(character);
  }
  return cells;
}

const isRow = (line: string): boolean => /[│├┤╷┊]/.test(line);

describe.each([72, 80, 100, 160])('a ladder of %i columns', (width) => {
  const scene = new Scene({ width, messages: KOREAN });
  scene.open(20);
  scene.at(3000);
  const lines = scene.takeAll();
  scene.client.call('send', 1448);
  const text = scene.client.out('P.', 1, 1, { length: 1448, why: '9293-3.8-data' });
  scene.at(4500).server.in(text);
  scene.server.state('CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait');
  lines.push(...scene.takeAll());

  test('no line is wider', () => {
    expect(lines.length).toBeGreaterThan(12);
    expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
  });

  test('the lifelines are straight', () => {
    const columns = lines.filter(isRow).map((line) => lifelines(line).slice(0, 2).join());
    expect(new Set(columns).size).toBe(1);
  });
});

test('an opening at 80 columns', () => {
  const scene = new Scene({ width: 80, messages: KOREAN });
  scene.open(20);
  expect(scene.takeAll()).toMatchInlineSnapshot(`
    [
      "          seq=0부터 센 번호(실제 번호)   len=바이트/한데 묶인 세그먼트 수",
      "          win=바이트, SYN 뒤로는 배율 적용   ~ 추론   (상태) 앞과 같음",
      "          R 재전송   X 손실   § 따로 밝히지 않으면 RFC 9293",
      "                  client ╷ 10.0.0.1:40000           10.0.0.2:80 ╷ server",
      "    0.000       (CLOSED) │ connect()                            │",
      "    0.000       SYN-SENT ├─ SYN seq=0(2147483646) win=65535 ──╌┄│",
      "                         │   mss 1460, sackOK, TS val 100 ecr   │",
      "                         │   0, wscale 7                        │",
      "                         │   첫 SYN: 우리의 초기 순서 번호와    │",
      "                         │   옵션  §3.5                         │",
      "   20.000                │    ┄┄┄┄╌╌╌╌───────────── SYN seq=0 ─►│ SYN-RECEIVED",
      "                         │              LISTEN → SYN-RECEIVED   │",
      "                         │        리스너에 SYN이 왔다: 연결이   │",
      "                         │                시작된다  §3.10.7.2   │",
      "   20.000                │┄╌── SYN,ACK seq=0(4294967294) ack=1 ─┤",
      "                         │   mss 1460, sackOK, TS val 100 ecr   │",
      "                         │                        0, wscale 7   │",
      "                         │    상대의 SYN을 확인 응답하고 우리   │",
      "                         │                 SYN을 보낸다  §3.5   │",
      "   40.000    ESTABLISHED │◄─ SYN,ACK seq=0 ack=1 ────────╌╌╌┄┄┄ │",
      "                         │   우리 SYN은 확인되었고 상대의 SYN도 │",
      "                         │   왔다: 열렸다  §3.10.7.3            │",
      "   40.000                ├─ ACK seq=1(2147483647) ack=1 ────╌╌┄┄│",
      "                         │   상대의 SYN을 확인 응답한다: 세     │",
      "                         │   단계 중 셋째  §3.5                 │",
      "   60.000                │   ┄┄┄╌╌╌────────── ACK seq=1 ack=1 ─►│ ESTABLISHED",
      "                         │             우리 SYN이 확인되었다:   │",
      "                         │     핸드셰이크가 끝났다  §3.10.7.4   │",
    ]
  `);
});

describe('a captured connection', () => {
  const lines: string[] = [];
  const ladder = new CaptureLadder({
    width: 80,
    color: false,
    messages: KOREAN,
    write: (line) => lines.push(line),
  });
  const analysis: CaptureAnalysis = new CaptureAnalysis({
    onConnection: () => {},
    onPacket: (connection, packet, explained) => ladder.packet(connection, packet, explained),
  });
  const exchange = [...OPENED, '+5 > P. 1:101 ack 1', '+20 < . 1:1 ack 101', '+2000 < R. 1:1 ack 101'];
  analysis.push(capture(exchange));
  analysis.finish();

  test('its ladder', () => {
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    expect(new Set(lines.filter(isRow).map((line) => lifelines(line).slice(0, 2).join())).size).toBe(1);
    const gap = lines.find((line) => line.includes('2.0초가 지난다'))!;
    const [, before, after] = /┊( *)\S.*\S( *)┊/.exec(gap)!;
    expect(after!.length - before!.length).toBeLessThan(2);
    expect(after!.length - before!.length).toBeGreaterThan(-1);
    expect(lines.find((line) => line.includes('10.0.0.1:40000'))).toContain('클라이언트');
  });

  test('its row of the table stands under the headings', () => {
    const { connections } = readExchange(exchange, 0, KOREAN);
    const [header, row, verdict] = tableLines(connections, KOREAN);
    const startOf = (line: string, cell: string): number => widthOf(line.slice(0, line.indexOf(cell)));
    const endOf = (line: string, cell: string): number => startOf(line, cell) + widthOf(cell);
    expect(startOf(row!, '10.0.0.1')).toBe(startOf(header!, '클라이언트'));
    expect(startOf(row!, '10.0.0.2')).toBe(startOf(header!, '서버'));
    expect(endOf(row!, ' 6 ')).toBe(endOf(header!, '패킷') + 1);
    expect(startOf(row!, 'RSTR')).toBe(startOf(header!, '상태'));
    expect(verdict).toBe(
      '   실패 서버가 RST로 끊었다: 서버의 프로그램이 연결을 중단했거나, 데이터를 읽지 않고 닫았다 (패킷 5, 6)',
    );
  });
});

test('a summary: what is said stands in one column', () => {
  const scene = new Scene({ messages: KOREAN });
  const summary = new Summary();
  scene.recorder.listen((event) => summary.event(event));
  scene.open(20);
  const [first, ...lines] = formatSummary(summary.connections()[0]!, 0, 60, KOREAN);
  expect(first).toMatch(/^클라이언트 10\.0\.0\.1:\d+ → 서버 10\.0\.0\.2:\d+$/);
  const titles = [...Object.values(KOREAN.summary.titles), '클라이언트', '서버'];
  for (const line of lines) {
    const title = titles.find((each) => line.trim().startsWith(`${each} `))!;
    expect(line.startsWith(`  ${padEnd(title, 16)}`)).toBe(true);
    expect(line).not.toMatch(new RegExp(`^ {2}${title} {${17 - widthOf(title)}}`));
  }
  expect(lines.at(-1)).toBe(`  ${padEnd('교환', 16)}미완료`);
});
