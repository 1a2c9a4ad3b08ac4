// 실험실, 한국어.

import { ko } from '../../trace/text/korean/particle.ts';
import { KOREAN as TRACE } from '../../trace/text/korean.ts';
import type { LabMessages } from './messages.ts';

export const KOREAN: LabMessages = {
  trace: TRACE,
  page: {
    title: 'synfin 실험실: SYN에서 FIN까지, TCP',
    scenarios: '시나리오',
    handles: '설정',
    next: '다음',
    back: '이전',
    play: '재생',
    pause: '멈춤',
    nextState: '다음 상태 변화',
    position: ({ at, of }) => `사건 ${at} / ${of}`,
    speed: '속도',
    why: '왜',
    whatIf: '만약',
    lose: '사라지면',
    late: '늦으면',
    twice: '두 번 오면',
    crash: '받는 쪽이 죽으면',
    undo: '되돌리기',
    ladder: '일어나는 일의 사다리 그림',
    language: 'English',
    theme: '어둡게 또는 밝게',
    nothingChosen: '화살표를 고르거나 다음을 누르세요.',
    cause: '원인',
    effects: '결과',
    variables: '변수',
    header: '헤더',
    states: ({ from, to }) => `${from} → ${to}`,
    compare: '원래와 만약',
    alike: '차이가 없습니다.',
    error: '이 실행에서 문제가 생겼습니다.',
  },
  handles: { rtt: '왕복 시간', preset: '따르는 방식', listening: '프로그램이 기다림' },
  scenarios: {
    s1: { title: '열기: 3방향 핸드셰이크', intro: '두 컴퓨터가 연결을 맺습니다. 3단계.' },
  },
  story: {
    call: ({ call, bytes }) => (bytes > 0 ? `${call}(${bytes})` : `${call}()`),
    timer: ({ name }) => `${name} 타이머`,
    edit: ({ kind }) => `✎ ${kind}`,
    refused: ({ call, code }) => `${call}: ${code}`,
    sent: ({ host, segment, to }) => ko`${host}이/가 ${to}에 ${segment}을/를 보냅니다`,
    lost: '도중에 사라집니다.',
    arrives: ({ after }) => `${after} 뒤에 도착합니다.`,
  },
  time: (ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000}초`),
  gap: (ms) => `${ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10}초`} 뒤`,
};
