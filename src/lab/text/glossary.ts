// The glossary, in both languages: the terms of docs/glossary.md, which a test holds it to, and the states as RFC 9293
// §3.3.2 has them, with the spelling of netstat and ss.

import type { State } from '../../tcp/state.ts';

export interface GlossaryEntry {
  readonly en: string;
  readonly ko: string;
  /** Other spellings. */
  readonly also: readonly string[];
  readonly meaning: { readonly en: string; readonly ko: string };
}

/** English, Korean, what it means in each. */
const TERMS: readonly (readonly [string, string, string, string])[] = [
  [
    '3-way handshake',
    '3방향 핸드셰이크',
    'three segments open a connection',
    '세 세그먼트로 연결을 맺는다: SYN, SYN,ACK, ACK',
  ],
  [
    '4-way handshake',
    '4방향 핸드셰이크',
    'each side closes by itself; three segments may do',
    '양쪽이 따로 닫는다: FIN, ACK, FIN, ACK. 셋일 때도 있다',
  ],
  ['abort', '중단', 'ends with a RST, and what was not sent is lost', '데이터를 버리고 RST로 끝낸다'],
  [
    'acknowledgment',
    '확인 응답',
    'says which sequence number is expected next',
    '다음에 기다리는 순서 번호를 알린다',
  ],
  [
    'active, passive open',
    '능동적, 수동적 열기',
    'who begins, and who waits',
    '연결을 시작하는 쪽, 기다리는 쪽',
  ],
  ['capture', '캡처', 'a file of packets as they passed', '지나간 패킷을 적은 파일'],
  [
    'challenge ACK',
    '챌린지 ACK',
    'answer to a RST or SYN in doubt',
    '의심스러운 RST나 SYN에 하는 답 (RFC 5961)',
  ],
  [
    'checksum',
    '체크섬',
    'tells a damaged segment, which is dropped',
    '비트가 바뀐 세그먼트를 알아본다; 틀리면 버린다',
  ],
  [
    'congestion',
    '혼잡',
    'more than the path carries: queues fill and packets are lost',
    '경로가 다 나르지 못해 큐가 차고 패킷이 사라진다',
  ],
  ['congestion window', '혼잡 윈도우', "the sender's own limit", '보내는 쪽이 스스로 두는 한도, cwnd'],
  ['delayed ACK', '지연 ACK', 'an ACK that waited for more', '데이터가 더 오기를 잠깐 기다린 확인 응답'],
  ['drop', '버림', 'not processed further', '처리하지 않고 끝낸다'],
  [
    'duplicate ACK',
    '중복 ACK',
    'the same number again: there is a gap',
    '같은 번호를 다시 확인한다: 빈틈이 있다',
  ],
  [
    'fast recovery',
    '빠른 회복',
    'after a fast retransmit: on with less, not from the start',
    '빠른 재전송 뒤 혼잡 윈도우를 줄인 채 계속 보낸다',
  ],
  ['fast retransmit', '빠른 재전송', 'at the third duplicate ACK', '세 번째 중복 ACK에 다시 보낸다'],
  ['gap', '빈틈', 'where text is missing', '아직 오지 않은 데이터의 자리'],
  ['graceful close', '순서대로 닫기', 'both FINs are acknowledged', '양쪽의 FIN이 확인된다'],
  [
    'half-close',
    '반만 닫기',
    'one direction ends, the other goes on',
    '한 방향만 닫고 다른 방향은 계속 쓴다',
  ],
  ['half-open', '절반 열림', 'only one end knows of the connection', '한쪽만 연결을 안다'],
  ['hop limit', '홉 제한', "IPv4's TTL", 'IPv4의 TTL'],
  ['inferred', '추론', 'follows from what is seen', '보이는 것에서 따라 나온다'],
  ['initial sequence number', '초기 순서 번호', 'ISN', 'ISN'],
  ['keep-alive', '킵얼라이브', 'is a silent peer still there?', '조용한 상대가 아직 있는지 묻는다'],
  ['listener', '리스너', 'waits for a SYN', 'LISTEN에서 SYN을 기다린다'],
  ['loss', '손실', 'a packet does not arrive', '패킷이 도착하지 않는다'],
  ['maximum segment lifetime', '최대 세그먼트 수명', 'TIME-WAIT lasts two', 'MSL; TIME-WAIT는 2 MSL이다'],
  ['octet, byte', '옥텟, 바이트', 'eight bits, and one sequence number', '8비트; 순서 번호 하나'],
  [
    'out of order',
    '순서가 어긋남',
    'a segment came before one that was sent earlier',
    '앞의 세그먼트보다 먼저 왔다',
  ],
  ['packet', '패킷', 'what IP carries', 'IP가 나르는 것'],
  [
    'path MTU black hole',
    '경로 MTU 블랙홀',
    'large packets vanish without a word',
    '큰 패킷이 소식 없이 사라진다',
  ],
  ['peer', '상대', 'the other end', '연결의 다른 쪽'],
  ['port', '포트', 'whose of the programs on a host', '호스트 안에서 어느 프로그램의 것인지 가린다'],
  ['receive window', '수신 윈도우', 'room at the receiver', '받는 쪽에 남은 자리'],
  ['reordering', '순서 바뀜', 'late, not lost', '늦게 왔지만 잃지는 않았다'],
  ['reset', '재설정', 'a RST ends the connection at once', 'RST로 연결을 즉시 끝낸다'],
  [
    'retransmission',
    '재전송',
    'what was not acknowledged is sent again',
    '확인되지 않은 데이터를 다시 보낸다',
  ],
  [
    'retransmission timeout',
    '재전송 타임아웃',
    'how long to wait for an ACK before sending again',
    '이만큼 확인이 없으면 다시 보낸다, RTO',
  ],
  ['round-trip time', '왕복 시간', 'from sending to the acknowledgment', '보내고 확인이 돌아오기까지, RTT'],
  ['segment', '세그먼트', 'a TCP header and its text', 'TCP 헤더와 데이터'],
  [
    'sequence number',
    '순서 번호',
    'one for each octet, SYN and FIN',
    '바이트마다, 그리고 SYN과 FIN에 하나씩',
  ],
  ['simultaneous open, close', '동시 열기, 동시 닫기', 'SYNs, or FINs, cross', 'SYN끼리, FIN끼리 엇갈린다'],
  ['stall', '멈춤', 'the longest silence while something was owed', '보낼 것이 있는데 조용했던 가장 긴 시간'],
  [
    'tail loss probe',
    '꼬리 손실 프로브',
    'finds a lost last segment before the timeout (RFC 8985)',
    '마지막 세그먼트의 손실을 타임아웃 전에 찾는다, TLP (RFC 8985)',
  ],
  ['text', '데이터', 'the octets a segment carries', '세그먼트가 나르는 바이트'],
  ['TIME-WAIT', 'TIME-WAIT', 'where the first to close stays for 2 MSL', '먼저 닫은 쪽이 2 MSL 동안 머문다'],
  [
    'timestamp',
    '타임스탬프',
    'goes along and comes back: round trips, old duplicates (RFC 7323)',
    '보낸 때를 싣고 되돌려 받는다: 왕복 시간, 오래된 중복 (RFC 7323)',
  ],
  [
    'urgent data',
    '긴급 데이터',
    'text up to a place that is marked as pressing',
    '먼저 보라고 표시한 곳까지의 데이터',
  ],
  [
    'user timeout',
    '사용자 타임아웃',
    'how long without an acknowledgment before a connection is given up',
    '확인 없이 이만큼 지나면 연결을 포기한다',
  ],
  [
    'verdict',
    '판정',
    'what became of a connection, in one sentence',
    '연결에 무슨 일이 있었는지 한 문장으로',
  ],
  ['window', '윈도우', 'how many bytes the peer may send', '상대가 보내도 되는 바이트 수'],
  ['window scaling', '윈도우 배율', 'windows beyond 65,535 bytes', '65,535바이트보다 큰 윈도우 (RFC 7323)'],
  ['zero-window probe', '제로 윈도우 프로브', 'has a closed window opened?', '닫힌 윈도우가 열렸는지 묻는다'],
];

/** Of each state: other spellings, what it means in English and in Korean. */
const STATES: Readonly<Record<State, readonly [readonly string[], string, string]>> = {
  CLOSED: [[], 'no connection at all', '연결이 없다'],
  LISTEN: [[], 'waits for a connection request from any peer', '어느 상대든 연결을 요청하기를 기다린다'],
  'SYN-SENT': [['SYN_SENT'], 'has sent a SYN and waits for one', 'SYN을 보내고 상대의 SYN을 기다린다'],
  'SYN-RECEIVED': [
    ['SYN_RECV', 'SYN_RCVD', 'SYN-RECV'],
    'has sent and received a SYN and waits for the ACK of its own',
    'SYN을 주고받았고 제 SYN의 확인을 기다린다',
  ],
  ESTABLISHED: [
    ['ESTAB'],
    'the connection is open: data flows both ways',
    '연결이 열려 양쪽으로 데이터가 흐른다',
  ],
  'FIN-WAIT-1': [
    ['FIN_WAIT1', 'FIN-WAIT1'],
    'has closed first; its FIN is not acknowledged yet',
    '먼저 닫았고 제 FIN이 아직 확인되지 않았다',
  ],
  'FIN-WAIT-2': [
    ['FIN_WAIT2', 'FIN-WAIT2'],
    "its FIN is acknowledged; waits for the peer's",
    '제 FIN은 확인되었고 상대의 FIN을 기다린다',
  ],
  'CLOSE-WAIT': [
    ['CLOSE_WAIT'],
    'the peer has closed; the program here has not',
    '상대는 닫았고 이쪽 프로그램은 아직 닫지 않았다',
  ],
  CLOSING: [
    [],
    'both closed at once: waits for the ACK of its FIN',
    '둘이 동시에 닫아 제 FIN의 확인을 기다린다',
  ],
  'LAST-ACK': [
    ['LAST_ACK'],
    'closed second; waits for the last acknowledgment',
    '나중에 닫았고 마지막 확인을 기다린다',
  ],
  'TIME-WAIT': [
    ['TIME_WAIT'],
    'closed first; stays for 2 MSL, for a lost last ACK and for late segments',
    '먼저 닫은 쪽이 잃어버린 마지막 ACK과 늦은 세그먼트에 대비해 2 MSL 동안 머문다',
  ],
};

const term = ([en, ko, meaning, meaningKo]: (typeof TERMS)[number]): GlossaryEntry => ({
  en,
  ko,
  also: Object.entries(STATES).find(([name]) => name === en)?.[1][0] ?? [],
  meaning: { en: meaning, ko: meaningKo },
});

const state = (name: string, [also, meaning, meaningKo]: (typeof STATES)[State]): GlossaryEntry => ({
  en: name,
  ko: name,
  also,
  meaning: { en: meaning, ko: meaningKo },
});

/** Terms, then the states that are no term. */
export const GLOSSARY: readonly GlossaryEntry[] = [
  ...TERMS.map(term),
  ...Object.entries(STATES)
    .filter(([name]) => !TERMS.some(([en]) => en === name))
    .map(([name, told]) => state(name, told)),
];
