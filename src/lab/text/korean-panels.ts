// 실험실의 패널과 내보내기, 한국어.

import { ko } from '../../trace/text/korean/particle.ts';
import type { Edit } from '../model/recipe.ts';
import type { PANELS as ENGLISH } from './english-panels.ts';

const call = ({ call: name, bytes, port }: Extract<Edit, { kind: 'call' }>): string =>
  `${name}(${bytes ?? (port === undefined ? '' : `:${port}`)})`;

const packet = ({ from, to, index }: Extract<Edit, { index: number }>): string =>
  `${from} → ${to} ${index + 1}번`;

export const PANELS: typeof ENGLISH = {
  calls: {
    title: '호스트에 하는 일',
    at: '시각',
    atHelp: '하는 일이 이 시각에 일어납니다. 따로 정하지 않으면 지금 보이는 것 바로 다음입니다.',
    host: ({ host, address }) => (address === '' ? host : `${host} · ${address}`),
    socket: '소켓',
    socketState: ({ name, state }) => `${name} · ${state}`,
    noSocket: '아직 소켓 없음',
    bytes: '바이트',
    port: '포트',
    to: '상대',
    names: {
      connect: '열기',
      listen: '기다리기',
      send: '보내기',
      read: '읽기',
      pause: '읽기 멈춤',
      resume: '다시 읽기',
      shutdown: '반만 닫기',
      close: '닫기',
      abort: '중단',
    },
    crash: '죽이기',
    reboot: '다시 시작',
    network: '네트워크',
    cut: '선 끊기',
    restore: '선 잇기',
    inject: '직접 만든 세그먼트',
    from: '보낸 척할 호스트',
    connection: '연결',
    segment: '세그먼트',
    send: '끼워 넣기',
    help: {
      summary: '쓰는 법',
      text: '플래그, 순서 번호 처음:끝, 그리고 필요하면 ack, win, urg와 옵션을 씁니다. 번호는 연결의 초기 순서 번호부터 셉니다. 첫 바이트가 1입니다.',
      flags: 'S SYN, F FIN, R RST, P PSH, . ACK, U URG, E ECE, W CWR',
    },
    faults: {
      notation: '이 표기법의 세그먼트가 아닙니다.',
      length: '여기서 세그먼트는 1,400바이트까지 나릅니다.',
      none: '세그먼트가 속할 연결이 아직 없습니다.',
    },
    edits: '바꾼 것',
    noEdits: '아직 없습니다. 시나리오 그대로입니다.',
    remove: ({ edit }) => `취소: ${edit}`,
    full: '바꾼 것이 200개입니다. 링크에 더 담을 수 없습니다.',
  },
  edit: (edit) => {
    switch (edit.kind) {
      case 'drop':
        return `손실: ${packet(edit)}`;
      case 'duplicate':
        return `두 번: ${packet(edit)}`;
      case 'corrupt':
        return `손상: ${packet(edit)}`;
      case 'delay':
        return `${edit.ms ?? 0} ms 늦음: ${packet(edit)}`;
      case 'crash':
        return ko`${edit.host}이/가 죽음`;
      case 'reboot':
        return ko`${edit.host}이/가 다시 시작`;
      case 'cut':
        return '선이 끊김';
      case 'restore':
        return '선을 이음';
      case 'call':
        return `${edit.socket ?? edit.host}: ${call(edit)}`;
      case 'inject':
        return `${edit.from} < ${edit.segment}`;
    }
  },
  sequence: {
    title: '순서 번호',
    space: ({ host, connection }) => `${host}의 순서 번호 공간, 연결 ${connection}`,
    nothing: '아직 연결이 없습니다. 다음을 누르세요.',
    sends: ({ host }) => ko`${host}이/가 보내는 것`,
    receives: ({ host }) => ko`${host}이/가 받는 것`,
    acked: '보냈고 확인됨',
    inFlight: '가는 중',
    usable: '보내도 됨',
    beyond: '윈도우 밖',
    received: '받음',
    window: '수신 윈도우',
    sacked: 'SACK됨',
    held: '빈틈 너머에 가지고 있음',
    count: ({ name, count }) => `${name}: ${count} B`,
    graph: ({ from }) => ko`시간과 순서 번호: ${from}이/가 보내는 것`,
    graphNothing: '이 방향으로는 아직 보낸 것이 없습니다.',
    direction: '방향',
    legend: {
      segment: '세그먼트',
      retransmission: 'R: 다시 보냄',
      lost: '도중에 사라짐',
      push: '◆ PSH',
      ack: '확인된 곳 (ACK 선)',
      duplicate: '중복 ACK, 또는 같은 윈도우',
      window: '윈도우의 끝',
      sack: 'SACK 블록',
      syn: 'SYN',
      fin: 'FIN',
      reset: 'RST',
    },
    point: ({ t, flags, from, to }) => `${t}: ${flags} ${from}–${to}`,
    ack: ({ t, ack, window }) => `${t}: ack ${ack}, 윈도우 ${window} B`,
    block: ({ t, from, to }) => `${t}: SACK ${from}–${to}`,
    again: '다시 보냄',
  },
  share: {
    open: '공유',
    title: '공유와 내보내기',
    link: '바로 이 실행으로 가는 링크',
    linkHelp: '시나리오, 설정, 바꾼 것만 담습니다. 어디로도 보내지 않습니다.',
    copy: '복사',
    copied: '복사했습니다.',
    notCopied: '브라우저가 복사를 허락하지 않습니다. 글을 골라 직접 복사하세요.',
    close: '닫기',
    format: '형식',
    formats: {
      svg: 'SVG 그림',
      png: 'PNG 그림',
      mermaid: 'Mermaid 그림',
      text: '글',
      graph: '시간-순서 번호 그래프 (SVG)',
      pcapng: 'pcapng 캡처',
      packetdrill: 'packetdrill 스크립트',
      json: 'JSON',
    },
    about: {
      svg: '문서와 발표 자료에 쓸 사다리 그림입니다.',
      png: '화면보다 두 배 촘촘한 사다리 그림입니다.',
      mermaid: 'GitHub, GitLab과 여러 위키가 순서도로 그려 주는 글입니다.',
      text: '사다리 그림을 말로 적었습니다. 사건마다 한 문단입니다.',
      graph: '연결의 한 방향을 tcptrace 방식의 그래프로 그립니다.',
      pcapng: '한 호스트가 본 패킷에 이유를 주석으로 달았습니다. Wireshark에서 볼 수 있습니다.',
      packetdrill: '한 호스트를 시험하고 다른 쪽은 대본대로 합니다. `synfin packetdrill`로 다시 돌립니다.',
      json: '모든 사건에 규칙과 앞뒤의 변수가 있습니다.',
    },
    whole: '실행 전체',
    shown: '지금까지 보인 것',
    extent: '범위',
    vantage: '보는 곳',
    save: '저장',
    working: '만드는 중…',
    replays: 'packetdrill 실행기가 그대로 다시 돌립니다: PASS.',
    differs: ({ line, reason }) =>
      `다시 돌리면 ${line}번째 줄에서 달라집니다 (${reason}). 스크립트로는 이 실행의 설정을 다 적을 수 없습니다.`,
    unsupported: ({ reason }) => `이 실행은 스크립트로 만들 수 없습니다: ${reason}.`,
    reasons: {
      crashes: '이 호스트가 죽습니다',
      connections: '이 호스트에 연결이 여럿입니다',
      nothing: '이 호스트에는 연결이 없습니다',
      early: '연결이 열리기 전에 쓰는데, POSIX 호출로는 할 수 없습니다',
    },
    tooLarge: ({ pixels }) =>
      `그림의 높이가 ${pixels}픽셀이어서 브라우저가 그릴 수 없습니다. 작게 줄였습니다.`,
    impossible: '브라우저가 그림을 그리지 못했습니다. SVG를 쓰세요.',
    more: ({ left }) => `… 패킷 ${left}개 더`,
    scriptMade: ({ host, version }) => ko`synfin ${version}이/가 만듦: ${host}에서 본 실험실의 실행.`,
    damaged: '도중에 손상됨',
  },
};
