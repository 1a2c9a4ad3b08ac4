// The words of a connection's summary, in Korean.

import type { Messages } from '../messages.ts';
import { grouped, seconds } from '../numbers.ts';
import { ko } from './particle.ts';
import { ROLES } from './roles.ts';

export const SUMMARY: Messages['summary'] = {
  client: ROLES.client,
  server: ROLES.server,
  titles: {
    handshake: '핸드셰이크',
    roundTrip: '왕복 시간',
    clientSent: '클라이언트 송신',
    serverSent: '서버 송신',
    close: '닫기',
    exchange: '교환',
  },
  notMeasured: '재지 못함',
  complete: '완료',
  notComplete: '미완료',
  notKnown: '알 수 없음',
  sent: ({ bytes, segments, retransmissions }) => {
    const again = retransmissions === 0 ? '' : `, 재전송 ${grouped(retransmissions)}개`;
    return `${grouped(bytes)}바이트, 세그먼트 ${grouped(segments)}개${again}`;
  },
  closing: ({ ending, closedFirst, resetBy }) => {
    switch (ending) {
      case 'fin':
        return closedFirst === 'both'
          ? '양쪽이 동시에 닫음; 각 FIN이 확인됨'
          : ko`${ROLES[closedFirst ?? 'client']}이/가 먼저 닫음; 각 FIN이 확인됨`;
      case 'reset':
        return ko`${ROLES[resetBy ?? 'client']}이/가 보낸 RST`;
      case 'timeout':
        return '포기: 너무 오래 답이 없었다';
      case 'failed':
        return 'FIN도 RST도 없이 끝났다';
      case 'open':
        if (closedFirst === null) return '아직 아님';
        return closedFirst === 'both'
          ? '양쪽이 동시에 닫음; 아직 양쪽 모두 확인되지는 않음'
          : ko`${ROLES[closedFirst]}이/가 먼저 닫음; 아직 양쪽 모두 확인되지는 않음`;
    }
  },
  state: ({ state, waits, inferred }) => {
    const wait = waits === null ? '' : `, 앞으로 ${seconds(waits)}초`;
    return `${state}${wait}${inferred ? ' (추론)' : ''}`;
  },
};
