// 캡처와 실시간 연결 화면, 한국어.

import { ko } from '../../../trace/text/korean/particle.ts';
import type { CaptureText, FlagName, FlagText } from './english.ts';

const FLAGS: Readonly<Record<FlagName, FlagText>> = {
  Retransmission: {
    text: '전에 보낸 번호입니다. 보낸 쪽이 제때 확인 응답을 받지 못했습니다.',
    section: '6298 5',
  },
  'Fast Retransmission': {
    text: '타이머가 울리기 전에 다시 보냈습니다. 중복 ACK가 요청했습니다.',
    section: '5681 3.2',
  },
  'Spurious Retransmission': {
    text: '헛되이 다시 보냈습니다. 상대가 이미 확인 응답을 보냈습니다.',
    section: '6298 5',
  },
  'Out-Of-Order': { text: '나중에 보낸 세그먼트가 먼저 도착했습니다.', section: '9293 3.10.7.4' },
  'Previous segment not captured': {
    text: '앞의 번호가 빠져 있습니다. 도중에 사라졌거나 캡처되지 않았습니다.',
    section: '',
  },
  'ACKed unseen segment': {
    text: '캡처된 적 없는 것을 확인합니다. 캡처에 빈 곳이 있습니다.',
    section: '',
  },
  'Dup ACK': { text: '같은 확인 응답을 되풀이합니다. 빈 곳 뒤의 것이 도착했습니다.', section: '5681 2' },
  'Keep-Alive': { text: '상대가 아직 있는지 묻습니다.', section: '9293 3.8.4' },
  'Keep-Alive ACK': { text: '아직 있다고 답합니다.', section: '9293 3.8.4' },
  ZeroWindow: { text: '받는 쪽에 자리가 없습니다. 그쪽 프로그램이 읽지 않습니다.', section: '9293 3.8.6' },
  ZeroWindowProbe: { text: '자리가 다시 생겼는지 묻습니다.', section: '9293 3.8.6.1' },
  ZeroWindowProbeAck: { text: '아직 자리가 없습니다.', section: '9293 3.8.6.1' },
  'Window Full': { text: '보내는 쪽이 허락된 자리를 이것으로 다 썼습니다.', section: '9293 3.8.6' },
  'Window Update': { text: '자리가 다시 생겼습니다.', section: '9293 3.8.6' },
  'Port numbers reused': { text: '앞선 연결이 같은 포트를 썼습니다.', section: '6191 2' },
  'SYN with TFO Cookie': { text: '쿠키를 가져오며, 데이터도 실을 수 있습니다.', section: '7413 4.2' },
  'SYN-ACK accepting TFO data': { text: 'SYN에 실린 데이터를 받아들였습니다.', section: '7413 4.2' },
  'SYN-ACK ignoring TFO data': { text: 'SYN에 실린 데이터를 받아들이지 않았습니다.', section: '7413 4.2' },
  'Mirrored duplicate': {
    text: '같은 패킷이 두 번 캡처되었습니다. 다시 보낸 것은 없습니다.',
    section: '',
  },
  'Bad checksum': {
    text: '체크섬이 틀립니다. 보내는 쪽에서 캡처했다면 하드웨어가 아직 쓰지 않은 것일 수 있습니다.',
    section: '9293 3.1',
  },
  'Time goes backwards': { text: '캡처의 시계가 뒤로 갔습니다.', section: '' },
  'Super-segment (offload)': {
    text: '상대가 허락한 것보다 깁니다. 하드웨어가 나누거나 합친 것입니다.',
    section: '',
  },
};

export const KOREAN: CaptureText = {
  title: '캡처',
  drop: '여기에 pcap이나 pcapng 파일을 놓으세요. gzip으로 압축된 것도 됩니다',
  choose: '파일 고르기',
  stays: '이 브라우저 안에서 읽으며, 이 컴퓨터 밖으로 나가지 않습니다.',
  reading: ({ percent, frames, connections }) =>
    `${percent} % 읽음: 프레임 ${frames.toLocaleString('ko')}개, 연결 ${connections.toLocaleString('ko')}개`,
  cancel: '취소',
  failed: {
    magic: 'pcap도 pcapng도 아닙니다.',
    unreadable: '이 파일에서 아무것도 읽을 수 없습니다.',
    gone: '그 연결이 더는 없습니다. 파일을 다시 읽으세요.',
    replay: '이 연결은 재현할 수 없습니다.',
  },
  crashed: '파일을 읽다가 실패했습니다.',
  connections: '연결, 문제가 큰 것부터',
  none: ({ frames }) => `프레임 ${frames}개 가운데 TCP가 없습니다.`,
  about: ({ file, connections, frames }) =>
    `${file}: 프레임 ${frames.toLocaleString('ko')}개, 연결 ${connections.toLocaleString('ko')}개`,
  damaged: ({ offset }) => `파일이 오프셋 ${offset}에서 손상되었습니다. 그 앞까지 보여 줍니다.`,
  cut: '파일이 너무 일찍 끝납니다. 그 앞까지 보여 줍니다.',
  row: ({ number, client, server, verdict }) => `연결 ${number}, ${client}에서 ${server}. ${verdict}`,
  completeness: '완결',
  ended: '끝',
  endings: { fin: 'FIN', reset: 'RST', open: '열림' },
  back: '모든 연결',
  anotherFile: '다른 파일',
  ladder: '이 연결의 패킷',
  replay: '실험실에서 재현',
  replaying: '레시피를 만드는 중…',
  why: '왜',
  chooseOne: '패킷을 고르세요.',
  packet: ({ number, after, from, to, label, detail, states }) =>
    ko`패킷 ${number}, ${after}: ${from}이/가 ${to}에 ${label}을/를 보냅니다, ${detail}. ${states}`,
  confidence: {
    observed: '보낸 것에서 드러남',
    inferred: '본 것에서 따라 나옴',
    assumed: '그렇다고 가정함',
    unknown: '알 수 없음',
  },
  near: {
    client: '클라이언트에서 캡처했습니다. 시각은 클라이언트의 출발과 도착입니다.',
    server: '서버에서 캡처했습니다. 시각은 서버의 출발과 도착입니다.',
    unknown: '어디에서 캡처했는지 알 수 없습니다. 화살표는 패킷이 보인 곳에서 시작합니다.',
  },
  flags: FLAGS,
  replayed: '캡처를 되도록 가깝게 재현한 것입니다:',
  understood: '알겠습니다',
  notes: (notes) => [
    '데이터는 길이만 같고 내용이 다릅니다. 포트와 시퀀스 번호는 모래밭의 것입니다.',
    '두 끝 모두 Linux의 방식을 따릅니다. 캡처는 이를 말해 주지 않으며, 확인 응답과 속도도 그 방식대로입니다.',
    ...(notes.placeAssumed ? ['어디에서 캡처했는지 알 수 없어 클라이언트로 가정했습니다.'] : []),
    ...(notes.handshakeMissing ? ['핸드셰이크가 캡처되지 않아 왕복 시간과 옵션을 가정했습니다.'] : []),
    ...(notes.joinedWithin > 0 ? [`간격이 ${notes.joinedWithin} ms보다 짧은 쓰기는 하나로 합쳤습니다.`] : []),
    ...(notes.callsLeftOut > 0 ? [`뒤의 호출 ${notes.callsLeftOut}개는 빠졌습니다.`] : []),
    ...(notes.losses > 0 ? [`재전송 ${notes.losses}개는 여기서 손실이며, 되돌릴 수 있는 편집입니다.`] : []),
    ...(notes.lossesLeftOut > 0 ? [`나머지 재전송 ${notes.lossesLeftOut}개는 재현하지 못했습니다.`] : []),
    ...(notes.omitted > 0 ? [`뒤의 패킷 ${notes.omitted}개는 빠졌습니다.`] : []),
  ],
  live: {
    title: '실시간 연결',
    waiting: '이어졌습니다. 아직 아무 일도 없습니다. 무언가를 받아 보세요.',
    how: '실시간으로 보려면 스택이 돌고 있어야 합니다. 하나를 시작하고, 출력된 주소를 여세요:',
    lost: '스택이 끝났거나, 이 페이지가 너무 느렸습니다.',
    again: '다시 잇기',
    pause: '멈춤',
    go: '계속',
    missed: ({ events }) => `앞선 사건 ${events}개는 남아 있지 않습니다.`,
    connections: '연결',
    ladder: '이 연결의 세그먼트',
    connection: ({ number, local, remote, state }) => `연결 ${number}, ${local} ↔ ${remote}: ${state}`,
    noEdits: '여기에서 일어나는 일은 실제입니다. 볼 수만 있고 바꿀 수는 없습니다.',
  },
};
