// The words of the reader in Korean: its table, and what it says of a file.

import type { CaptureFault } from '../../../wire/capture.ts';
import type { Messages } from '../messages.ts';
import { ko } from './particle.ts';

const FAULTS: Readonly<Record<CaptureFault, string>> = {
  magic: '캡처 형식이 아님',
  truncated: '레코드 도중에 파일이 끝남',
  'record-length': '레코드 길이가 잘못됨',
  'block-length': '블록 길이가 잘못됨',
  interface: '정의되지 않은 인터페이스',
};

export const READER: Messages['reader'] = {
  columns: {
    number: '#',
    client: '클라이언트',
    server: '서버',
    packets: '패킷',
    clientBytes: '바이트 >',
    serverBytes: '바이트 <',
    roundTrip: 'RTT',
    duration: '시간',
    retransmissions: '재전송',
    stall: '멈춤',
    state: '상태',
    history: '이력',
  },
  marks: { 0: '정상', 1: '참고', 2: '주의', 3: '실패' },
  advice: '조치:',
  flood: ({ server, halfOpen, perSecond, cookies, packets }) => {
    const answer = cookies ? '. 서버는 SYN 쿠키로 답하며 아무것도 쥐고 있지 않습니다' : '';
    return `SYN 공격: ${server}에 절반 열린 연결이 ${halfOpen}개, 초당 ${Math.round(perSecond)}개입니다 (패킷 ${packets.join(', ')})${answer}`;
  },
  more: ({ connections }) => `연결이 ${connections}개 더 있으며, 위의 연결보다 문제가 크지 않습니다`,
  noSuchConnection: '캡처에 그런 연결이 없습니다',
  badNumber: '캡처 뒤에는 연결의 번호를 1부터 적어야 합니다',
  namedTwice: '연결은 번호와 --conn 가운데 하나로만 지정해야 합니다',
  noTcp: ({ file, frames }) => `${file}에 TCP가 없습니다 (프레임 ${frames}개)`,
  unknownLink: ({ file }) => `${file}: 알지 못하는 링크 종류의 프레임입니다`,
  noCapture: ({ file }) => ko`${file}은/는 pcap도 pcapng도 아닙니다`,
  damaged: ({ file, offset, fault }) =>
    ko`${file}은/는 오프셋 ${offset}에서 손상되었습니다: ${FAULTS[fault]}`,
  cutShort: ({ file, code }) => ko`${file}은/는 손상되어 끝까지 압축을 풀 수 없습니다: ${code}`,
  unreadable: ({ file, code }) => ko`${file}을/를 읽을 수 없습니다: ${code}`,
};
