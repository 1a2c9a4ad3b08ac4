// The words of the reader on a terminal in Korean: what keys do, headings, and what is said at the screen's edges.

import type { Messages } from '../messages.ts';
import { grouped, seconds } from '../numbers.ts';
import { ko } from './particle.ts';
import { time } from './units.ts';

const bytes = (n: number): string => `${grouped(n)}바이트`;

export const VIEWER: Messages['viewer'] = {
  title: { help: '키', exports: '내보내기', compare: '두 패킷 비교' },
  actions: {
    open: '열기',
    details: '자세히',
    back: '뒤로',
    quit: '끝내기',
    help: '도움말',
    filter: '거르기',
    sort: '정렬',
    reverse: '거꾸로',
    mark: '표시',
    colours: '색',
    export: '내보내기',
    flagged: '눈에 띄는 것',
    neighbour: '패킷',
    write: '쓰기',
  },
  help: {
    move: '위로, 아래로',
    page: '한 화면 위로, 아래로',
    ends: '처음으로, 끝으로',
    open: '고른 것을 엽니다: 연결의 사다리, 패킷의 자세한 내용',
    back: '뒤로 갑니다. 첫 화면에서는 끝냅니다',
    quit: '어디서든 끝냅니다',
    filter: '모든 단어가 들어 있는 연결만 봅니다: 주소, 포트, 상태, 판정',
    sort: '다음 열로, 앞의 열로 정렬합니다',
    reverse: '순서를 뒤집습니다',
    mark: '패킷을 표시합니다. 둘째를 표시하면 비교합니다',
    flagged: '분석 플래그가 있는 다음 패킷으로, 앞의 패킷으로',
    neighbour: '다음 패킷, 앞의 패킷',
    colours: '종류별, 끝별, 문제만, 색 없음',
    export: '연결을 파일에 씁니다',
    redraw: '화면을 다시 그립니다',
    suspend: '잠시 멈춥니다',
  },
  sections: {
    segment: '세그먼트',
    analysis: '분석',
    reasons: '이유',
    states: '상태',
    variables: '변수 (캡처에서 보이는 만큼)',
    bytes: '바이트',
  },
  sorts: {
    trouble: '문제',
    number: '번호',
    packets: '패킷',
    bytes: '바이트',
    roundTrip: '왕복 시간',
    duration: '기간',
    retransmissions: '재전송',
    stall: '가장 긴 멈춤',
  },
  colourings: { kind: '종류별', end: '끝별', trouble: '문제만', none: '색 없음' },
  verdict: '판정',
  connections: ({ shown, all }) =>
    shown === all ? `연결 ${grouped(all)}개` : `연결 ${grouped(all)}개 가운데 ${grouped(shown)}개`,
  left: ({ connections }) => `${grouped(connections)}개는 목록에 없습니다`,
  sortedBy: ({ by }) => `정렬: ${by}`,
  coloured: ({ how }) => `색: ${how}`,
  noneMatches: '거르기에 맞는 연결이 없습니다',
  nothingFlagged: '그쪽에는 눈에 띄는 패킷이 더 없습니다',
  position: ({ at, of }) => `패킷 ${grouped(of)}개 가운데 ${grouped(at)}번째`,
  marked: ({ number }) => `#${number} 표시됨. 하나를 더 표시하면 비교합니다`,
  packet: ({ number }) => `패킷 #${number}`,
  times: ({ sinceFirst, sinceLast }) =>
    `첫 패킷에서 ${time(sinceFirst)} 뒤, 앞의 패킷에서 ${time(sinceLast)} 뒤`,
  sent: { client: '클라이언트에서 서버로', server: '서버에서 클라이언트로' },
  noFlags: '눈에 띄는 것이 없다',
  noReason: '플래그만으로는 알 수 없다',
  stays: ({ state }) => `${state}, 그대로`,
  unknownState: '알 수 없음',
  bytesShown: ({ shown, length }) =>
    shown === length
      ? `IP 패킷 ${bytes(length)}`
      : `IP 패킷 ${bytes(length)} 가운데 ${bytes(shown)}가 캡처되었다`,
  timeApart: ({ ms }) => `간격 ${time(ms)}`,
  numbersApart: ({ seq }) => `순서 번호 차이 ${grouped(seq)}`,
  otherDirection: '방향이 달라 순서 번호는 비교하지 않는다',
  fileName: ({ format }) => `${format} 파일 이름:`,
  written: ({ file }) => ko`${file}을/를 썼습니다`,
  partlyWritten: ({ file, omitted }) => ko`마지막 패킷 ${grouped(omitted)}개를 빼고 ${file}을/를 썼습니다`,
  exists: ({ file }) => ko`${file}이/가 이미 있어 그대로 둡니다`,
  notWritten: ({ file, code }) => ko`${file}을/를 쓸 수 없습니다: ${code}`,
  gone: '캡처가 바뀌어 그 패킷이 더는 없습니다',
  rate: (read) =>
    `${grouped(Math.round(read.megabytes))} MB, 패킷 ${grouped(read.packets)}개를 ${seconds(read.ms)}초에 읽음: ` +
    `${grouped(Math.round((1000 * read.megabytes) / read.ms))} MB/s`,
  follow: {
    missing: ({ bytes: n }) => `${bytes(n)}는 캡처되지 않음`,
    missingFrom: {
      client: ({ bytes: n }) => `클라이언트가 보낸 ${bytes(n)}는 캡처되지 않았습니다`,
      server: ({ bytes: n }) => `서버가 보낸 ${bytes(n)}는 캡처되지 않았습니다`,
    },
    nothing: '연결이 나른 데이터가 없습니다',
    apart: '--follow는 데이터를 출력하므로 --json과 함께 쓸 수 없습니다',
  },
};
