// The words of two captures of one connection, in Korean.

import type { Messages } from '../messages.ts';
import { grouped } from '../numbers.ts';
import { ko } from './particle.ts';
import { ROLES } from './roles.ts';
import { time } from './units.ts';

export const MERGE: Messages['merge'] = {
  clock: ({ offset, uncertainty, drift }) => {
    const way = offset < 0 ? '느리다' : '빠르다';
    const known = Number.isFinite(uncertainty)
      ? `오차 ${time(uncertainty)}`
      : '최대치, 한 방향의 패킷만 보였다';
    const drifts =
      drift === 0 ? '' : `. ${Math.abs(drift).toFixed(1)} ppm씩 ${drift > 0 ? '빨라진다' : '느려진다'}`;
    return `서버의 시계는 클라이언트보다 ${time(Math.abs(offset))} ${way} (${known})${drifts}`;
  },
  way: ({ sender, arrived, lost, unseen, fastest, median }) => {
    const delays = arrived === 0 ? '' : `, 걸린 시간은 최소 ${time(fastest)}, 보통 ${time(median)}`;
    const unknown = unseen === 0 ? '' : `, 상대 쪽에서 보이지 않음 ${grouped(unseen)}개`;
    return `${ROLES[sender]}에서: 도착 ${grouped(arrived)}개${delays}; 손실 ${grouped(lost)}개${unknown}`;
  },
  legend: '떠난 시각, 걸린 시간, #클라이언트/서버 파일에서의 패킷 번호; X 도중에 손실, ? 캡처되지 않음',
  noneInCommon: '두 캡처에 함께 있는 연결이 없습니다',
  notInBoth: ({ connections }) =>
    `첫째 캡처의 연결 ${grouped(connections)}개는 둘째 캡처에 없거나 온전하지 않습니다`,
  tooMany: ({ packets }) => `각 캡처의 처음 패킷 ${grouped(packets)}개까지만 비교했습니다`,
  oneOnly: ({ option }) => ko`${option}은/는 캡처 두 개가 아니라 하나로 만듭니다`,
};
