// A verdict in one sentence, in Korean.

import type { ResetCause, Role, VerdictOf } from '../../reader/verdict.ts';
import type { Messages } from '../messages.ts';
import { percentage } from '../numbers.ts';
import { ko } from './particle.ts';
import { OTHER, ROLES } from './roles.ts';
import { bytes, time } from './units.ts';

const CAUSES: Readonly<Record<ResetCause, (by: Role) => string>> = {
  middlebox: (by) => ko`홉 제한이 ${ROLES[by]}의 것과 다르다, 중간 장비가 보낸 RST다`,
  'gave-up': (by) => ko`${ROLES[by]}이/가 재전송에 답이 없어 포기했다`,
  'unknown-connection': (by) =>
    ko`${ROLES[by]}은/는 그런 연결을 (더는) 모른다, 다시 시작했거나 시간이 초과되었다`,
  'data-after-close': (by) => ko`${ROLES[by]}은/는 이미 닫았고, 읽을 이가 없는 데이터가 왔다`,
  'keep-alive': () => '킵얼라이브에 답이 없었다',
  'after-close': () => '닫기가 시작된 뒤였다, 읽지 않은 데이터가 남았거나 기다리지 않고 끝냈다',
  abort: (by) => ko`${ROLES[by]}의 프로그램이 연결을 중단했거나, 데이터를 읽지 않고 닫았다`,
};

const REASONS: Readonly<Record<VerdictOf<'unreachable'>['reason'], string>> = {
  net: '가는 경로가 없다고',
  host: '그 호스트가 링크에서 답하지 않는다고',
  protocol: '그곳에서는 TCP를 쓰지 않는다고',
  port: '방화벽이 포트를 거부한다고',
  prohibited: '필터가 금지한다고',
  'time-exceeded': '홉 제한이 다했다고(경로가 돌거나 너무 길다)',
  other: '전달할 수 없었다고',
};

const waitsOf = (waits: readonly number[]): string =>
  waits.length === 0 ? '' : `(간격 ${waits.map(time).join(', ')})`;

export const VERDICTS: Messages['verdicts'] = {
  packets: ({ packets }) => ` (패킷 ${packets.join(', ')})`,
  sentences: {
    unanswered: ({ attempts, waits }) =>
      `SYN ${attempts}개${waitsOf(waits)}에 답이 없다: 도중에 버려졌거나 그런 호스트가 없다`,
    refused: ({ after }) =>
      `거부: SYN을 보내고 ${time(after)} 뒤에 RST가 왔다, 그 포트에서 기다리는 프로그램이 없다`,
    'half-open': ({ answers }) =>
      `핸드셰이크가 절반에서 멈췄다: 서버가 ${answers}번 보낸 SYN,ACK에 확인 응답이 없었다`,
    unreachable: ({ sender, reason, reporter, opening }) => {
      const what = opening ? '거부' : ko`${ROLES[sender]}의 패킷이 더는 닿지 않는다`;
      return ko`${what}: ${reporter}이/가 ${REASONS[reason]} ICMP로 알렸다`;
    },
    'old-connection': () => '서버가 SYN에 ACK으로 답한다: 같은 포트의 이전 연결을 아직 알고 있다',
    'path-mtu': ({ sender, mtu, reporter, arrived }) => {
      const limit = mtu > 0 ? ko`${bytes(mtu)}보다 큰` : '그렇게 큰';
      const then = arrived ? '더 작은 패킷으로 이어 갔다' : '더 작은 패킷도 도착하지 않았다';
      return ko`경로 MTU: ${limit} 패킷은 지나가지 못한다고 ${reporter}이/가 ${ROLES[sender]}에 ICMP로 알렸고, ${then}`;
    },
    'slow-opening': ({ attempts, waits }) => `${attempts}번째 SYN${waitsOf(waits)}에 이르러서야 열렸다`,
    reset: ({ by, cause }) => ko`${ROLES[by]}이/가 RST로 끊었다: ${CAUSES[cause](by)}`,
    'black-hole': ({ sender, length, delivered, times, healed }) => {
      const arrives =
        healed > 0 ? ko`${bytes(healed)}으로/로 줄이고서야 도착했다` : ko`${bytes(delivered)}은/는 도착했다`;
      return ko`경로 MTU 블랙홀: ${ROLES[sender]}의 ${bytes(length)}을/를 ${times}번 다시 보내도 소용없었고, ${arrives}`;
    },
    unacknowledged: ({ sender, length, times }) =>
      ko`${ROLES[sender]}이/가 같은 ${bytes(length)}을/를 ${times}번 다시 보냈지만 ACK이 오지 않았다`,
    'never-closed': ({ by, waited }) =>
      ko`${ROLES[by]}이/가 끝내 닫지 않았다: ${time(waited)} 동안 CLOSE-WAIT에 있고, ${OTHER[by]}은/는 FIN-WAIT-2에 있다`,
    'zero-window': ({ receiver, longest, total, open, slow }) => {
      const lasts = open ? `${time(longest)}째 닫혀 있다` : `최대 ${time(longest)} 동안 닫혀 있었다`;
      const sum = total > longest ? `(모두 ${time(total)})` : '';
      const why =
        slow === 'receiver'
          ? '프로그램이 너무 느리게 읽는다'
          : '느리게 읽는 데다 윈도우 갱신이 네트워크에서 사라진다';
      return ko`${ROLES[receiver]}의 윈도우가 ${lasts}${sum}: ${why}`;
    },
    loss: ({ sender, lost, of, stall, forNothing, ambiguous }) => {
      const waste = forNothing > 0 ? `, ${forNothing}번은 원본이 도착해 있어 헛일이었다` : '';
      const doubt =
        ambiguous > 0 ? `; 타임스탬프가 없어 ACK ${ambiguous}개는 어느 것에 대한 답인지 알 수 없다` : '';
      const silence = (stall > 0 ? `, 가장 긴 침묵은 ${time(stall)}` : '') + waste + doubt;
      return `손실: ${ROLES[sender]}의 패킷 ${of}개 가운데 ${lost}개가 재전송이었다(${percentage(lost, of)} %)${silence}`;
    },
    reordering: ({ sender, late, spurious }) => {
      const again = spurious > 0 ? `, ${spurious}개는 헛되이 다시 보냈다` : '';
      return `손실이 아니라 순서 바뀜: ${ROLES[sender]}의 패킷 ${late}개가 늦게 왔다${again}`;
    },
    'no-window-scale': ({ by, full }) =>
      ko`${ROLES[by]}이/가 윈도우 배율을 쓰지 않는다: 64 KiB 윈도우가 ${full}번 가득 찼다`,
    'delayed-ack': ({ sender, times, total }) =>
      ko`Nagle과 지연 ACK의 충돌: ${ROLES[sender]}이/가 ACK을 ${times}번, 모두 ${time(total)} 기다렸다`,
    'time-wait-reuse': ({ by, after }) =>
      ko`같은 포트의 연결이 닫히고 ${time(after)} 뒤에 열렸다: 그때 먼저 닫은 ${ROLES[by]}은/는 TIME-WAIT에 있었다`,
    'slow-answer': ({ waited }) =>
      `네트워크도 윈도우도 아니다: 서버의 프로그램이 답하는 데 최대 ${time(waited)} 걸렸다`,
    fine: ({ ending }) => {
      if (ending === 'closed') return '순서대로 열리고 닫혔다';
      return ending === 'open' ? '문제 없음; 캡처가 끝날 때 열려 있었다' : '캡처된 부분에는 문제가 없다';
    },
  },
  advice: {
    unanswered:
      '호스트가 켜져 있는지, 도중의 필터가 SYN을 버리지 않는지 확인하십시오. 서버에서도 캡처해 보십시오.',
    refused: '서비스가 실행 중이고 그 주소와 포트에서 기다리는지 확인하십시오.',
    'half-open':
      '클라이언트에서 캡처해 보십시오. ACK이 사라지거나, 돌아가는 경로가 다르거나, 위조된 SYN(SYN 공격)입니다.',
    unreachable: 'ICMP를 보낸 장비의 관리자에게 문의하십시오. 그곳의 경로나 필터가 원인입니다.',
    'old-connection':
      '클라이언트가 기다리거나 다른 포트를 쓰게 하고, 이전 연결이 끝난 것을 서버가 왜 몰랐는지 찾으십시오.',
    'path-mtu':
      '더 작은 패킷이 지나갔다면 할 일이 없습니다. 아니라면 ICMP가 보낸 쪽에 닿게 하거나 MSS를 줄이십시오.',
    'slow-opening': '도중의 손실과, 서버의 가득 찬 연결 대기열을 살펴보십시오.',
    'black-hole': '방화벽이 ICMP를 통과시키게 하거나, 그곳에서 MSS를 줄이거나, 경로 MTU 탐색을 켜십시오.',
    unacknowledged: '경로가 끊긴 곳을 찾으십시오. 양쪽에서 캡처하고, 너무 오래 걸리면 타임아웃을 줄이십시오.',
    'never-closed': '그쪽 프로그램이 끝을 읽고도 닫지 않습니다. 새는 소켓을 찾으십시오.',
    'zero-window': '프로그램이 더 빨리 읽게 하거나 수신 버퍼를 늘리십시오.',
    loss: '도중의 가득 찬 큐, 이중 방식 오류, 나쁜 무선을 찾으십시오. SACK과 타임스탬프가 있으면 회복이 쉽습니다.',
    reordering: '한 흐름을 여러 경로로 나누는 장비를 찾으십시오. RACK과 SACK이 있으면 견딜 수 있습니다.',
    'no-window-scale': '양쪽에서 윈도우 배율을 켜고, 그 옵션을 지우는 장비가 없는지 살펴보십시오.',
    'delayed-ack': '메시지 전체를 한 번에 쓰거나 Nagle을 끄십시오.',
    'time-wait-reuse':
      '할 일이 없습니다. 타임스탬프가 있으면 안전합니다. 연결을 오래 쓰는 클라이언트는 포트가 덜 필요합니다.',
    'slow-answer': '서버의 프로그램과 디스크, 데이터베이스를 살펴보십시오. TCP는 기다렸을 뿐입니다.',
  },
  resets: {
    middlebox: '도중의 방화벽, 부하 분산기, 프록시를 살펴보십시오. 그 가운데 하나가 연결을 끊습니다.',
    'gave-up': '경로가 끊긴 곳을 찾으십시오. 포기한 쪽은 할 일을 했습니다.',
    'unknown-connection':
      '다시 시작했거나, 장애로 옮겨 갔거나, 조용한 연결을 잊는 장비가 있는지 찾으십시오. 킵얼라이브를 쓰십시오.',
    'data-after-close': '상대는 끝을 받은 뒤 보내지 않아야 하고, 이쪽은 끝까지 읽은 뒤 닫아야 합니다.',
    'keep-alive': '상대가 사라졌거나 도중의 장비가 연결을 잊었습니다. 킵얼라이브 간격을 줄이십시오.',
    'after-close': '대개 해롭지 않습니다. 닫기 전에 끝까지 읽게 하십시오.',
    abort: '그 시각의 프로그램 기록을 보십시오. 읽지 않은 데이터를 두고 닫아도 RST가 나갑니다.',
  },
};
