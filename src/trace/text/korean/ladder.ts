// The words of the ladder, and of the comments in a capture, in Korean.

import type { DropReason } from '../../../host/probe.ts';
import type { TimerName } from '../../../tcp/probe.ts';
import type { IcmpReason } from '../../reader/icmp.ts';
import type { Messages } from '../messages.ts';
import { seconds } from '../numbers.ts';
import { bytes as inBytes } from './units.ts';

const ICMP: Readonly<Record<IcmpReason, string>> = {
  net: '네트워크에 닿을 수 없음',
  host: '호스트에 닿을 수 없음',
  protocol: '프로토콜을 쓰지 않음',
  port: '포트에 닿을 수 없음',
  prohibited: '관리자가 금지함',
  'too-big': '너무 큼',
  'time-exceeded': '홉 제한이 다함',
  other: '전달하지 못함',
};

const TIMERS: Readonly<Record<TimerName, string>> = {
  retransmission: '재전송',
  reordering: '순서 바뀜',
  'loss-probe': '손실 프로브',
  persist: '지속(persist)',
  'delayed-ack': '지연 ACK',
  'keep-alive': '킵얼라이브',
  'time-wait': 'TIME-WAIT',
  'fin-wait-2': 'FIN-WAIT-2',
};

const DROPS: Readonly<Record<DropReason, string>> = {
  'ip-malformed': '잘못된 IP 헤더',
  'ip-checksum': 'IP 체크섬 오류',
  'ip-option': '잘못된 IP 옵션',
  'source-route': '소스 라우팅',
  'bad-source': '잘못된 출발지 주소',
  'own-source': '출발지가 우리 주소',
  broadcast: '브로드캐스트',
  multicast: '멀티캐스트',
  'not-ours': '목적지가 우리가 아님',
  'unknown-protocol': '모르는 프로토콜',
  'no-next-header': '다음 헤더 없음',
  'fragment-malformed': '잘못된 조각',
  'fragment-tiny': '너무 작은 조각',
  'fragment-overlap': '겹치는 조각',
  'fragment-limit': '조각이 너무 많음',
  'fragment-nested': '조각 속의 조각',
  'fragment-timeout': '조각 재조립 시간 초과',
  'icmp-malformed': '잘못된 ICMP',
  'icmp-checksum': 'ICMP 체크섬 오류',
  'icmp-type': '모르는 ICMP 종류',
  'icmp-source-quench': 'ICMP 출발지 억제',
  'icmp-quote': 'ICMP에 인용된 패킷이 잘못됨',
  'icmp-no-connection': 'ICMP에 해당하는 연결 없음',
  'icmp-not-in-flight': 'ICMP가 말하는 것이 전송 중이 아님',
  'icmp-mtu': '믿을 수 없는 ICMP의 MTU',
  'icmp-rate-limit': 'ICMP 속도 제한',
  'udp-malformed': '잘못된 UDP',
  'udp-checksum': 'UDP 체크섬 오류',
  'udp-closed-port': '닫힌 UDP 포트',
  'tcp-malformed': '잘못된 TCP 헤더',
  'tcp-checksum': 'TCP 체크섬 오류',
  'tcp-port-zero': 'TCP 포트 0',
  'tcp-no-connection': '해당하는 TCP 연결 없음',
  'tcp-backlog': 'TCP 백로그가 가득 참',
  'tcp-accept-queue': 'TCP 수락 대기열이 가득 참',
  'reply-queue-full': '응답 대기열이 가득 참',
  'link-down': '링크가 내려감',
};

/** Those of the simulated link; a reason that some other link gives is shown as it is. */
const LOSSES: Readonly<Record<string, string>> = {
  loss: '손실',
  'burst-loss': '연속 손실',
  'queue-full': '대기열이 가득 참',
  cut: '링크가 끊김',
  filter: '필터가 버림',
  'too-big': 'MTU보다 큼',
  unattached: '받을 호스트가 없음',
  removed: '링크가 제거됨',
  lost: '손실',
};

export const LADDER: Messages['ladder'] = {
  legend: [
    'seq=0부터 센 번호(실제 번호)',
    'len=바이트/한데 묶인 세그먼트 수',
    'win=바이트, SYN 뒤로는 배율 적용',
    '~ 추론',
    '(상태) 앞과 같음',
    'R 재전송',
    'X 손실',
    '§ 따로 밝히지 않으면 RFC 9293',
  ],
  captureLegend: '~ 추론, ? 가정: 도착을 보여 주는 것이 아직 없음; #N 파일 안의 패킷 번호',
  client: '클라이언트',
  server: '서버',
  peer: '상대',
  noRfc: 'RFC 없음',
  dropped: '버림: ',
  lateFin: '빈틈이 메워졌다: 그 뒤에서 기다리던 FIN이 이제 유효하다',
  noOptions: '옵션 없음',
  marked: 'CE: 도중에 혼잡 표시가 붙었다',
  urgentPointer: ({ urgent }) => `긴급 포인터 ${urgent}`,
  icmp: ({ from, reason, mtu }) => `${from}의 ICMP: ${ICMP[reason]}${mtu > 0 ? `, MTU ${mtu}` : ''}`,
  silence: ({ ms }) => `${seconds(ms)}초가 지난다`,
  timeWaitLasts: ({ ms }) => `TIME-WAIT는 지금부터 ${seconds(ms)}초 동안 이어진다`,
  timerFires: ({ timer }) => `* ${TIMERS[timer]} 타이머가 만료된다`,
  send: ({ bytes }) => `send(${inBytes(bytes)})`,
  held: ({ link, reason }) => `${link}에 붙들려 있다: ${reason}`,
  lost: ({ link, reason }) => `X ${link}에서 사라졌다: ${LOSSES[reason] ?? reason}`,
  bytes: ({ bytes }) => inBytes(bytes),
  packetDropped: ({ reason, bytes }) => `버림: ${DROPS[reason]}, ${inBytes(bytes)}`,
  strayDropped: ({ reason, bytes }) => `패킷을 버림: ${DROPS[reason]}, ${inBytes(bytes)}`,
  dropReason: ({ reason }) => `버림: ${DROPS[reason]}`,
  absent: ({ names, events, hosts }) =>
    `${names.join(', ')}의 이벤트가 없다; ${hosts.join(', ')} 호스트의 이벤트 ${events}개는 이 래더에 나오지 않는다`,
  changes: {
    recovery: '빠른 회복',
    marked: '혼잡 표시',
    timeout: '타임아웃',
    recovered: '회복 끝',
  },
};
