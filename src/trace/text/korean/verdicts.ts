// A verdict in one sentence, in Korean.

import type { ResetCause, Role } from '../../reader/verdict.ts';
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
    loss: ({ sender, lost, of, stall }) => {
      const silence = stall > 0 ? `, 가장 긴 침묵은 ${time(stall)}` : '';
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
    fine: ({ ending }) => {
      if (ending === 'closed') return '순서대로 열리고 닫혔다';
      return ending === 'open' ? '문제 없음; 캡처가 끝날 때 열려 있었다' : '캡처된 부분에는 문제가 없다';
    },
  },
};
