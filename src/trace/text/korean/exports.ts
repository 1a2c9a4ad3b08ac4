// The words of exports in Korean.

import type { Messages } from '../messages.ts';
import { grouped } from '../numbers.ts';
import { ko } from './particle.ts';

export const EXPORTS: Messages['exports'] = {
  omitted: ({ omitted }) => `+ 패킷 ${grouped(omitted)}개`,
  title: ({ client, server }) => `${client}에서 ${server}까지`,
  report: {
    title: '캡처의 TCP 연결',
    connection: ({ number }) => `연결 ${number}`,
    summary: ({ connections, packets }) => `연결 ${grouped(connections)}개, 패킷 ${grouped(packets)}개`,
    left: ({ connections }) => `나머지 연결 ${grouped(connections)}개의 사다리는 여기에 없습니다.`,
    redacted: '주소를 다른 주소로 바꾸고 본문을 지웠습니다.',
    packets: '패킷을 글로 보기',
  },
  script: {
    made: ({ client, server, packets }) => `연결 ${client} > ${server}, 패킷 ${packets}개. 우리 쪽:`,
    ours: { client: '클라이언트', server: '서버' },
    calls: '호출은 추론한 것이다: 캡처는 세그먼트가 떠난 때를 보일 뿐, 쓴 때는 보이지 않는다.',
    omitted: ({ omitted }) => `패킷 ${grouped(omitted)}개는 뺐다.`,
    midStream: '캡처는 핸드셰이크 뒤에 시작되었다: 여기의 핸드셰이크는 지어낸 것이다.',
  },
  exists: ({ file }) => ko`${file}이/가 이미 있습니다. --force를 주면 덮어씁니다`,
  unwritable: ({ file, code }) => ko`${file}을/를 쓸 수 없습니다: ${code}`,
  twice: ({ file }) => ko`${file}은/는 내보내기 두 개에 쓰였습니다`,
  needsOne: ({ option, connections }) =>
    ko`${option}은/는 연결 하나를 보이는데 연결이 ${grouped(connections)}개입니다. 번호나 --conn으로 지정하십시오`,
  noRenderer: ({ programs }) =>
    `--png에는 PATH에 있는 ${programs.join(', ')} 가운데 하나가 필요합니다. --svg에는 아무것도 필요 없습니다`,
  rendererFailed: ({ program, reason }) => ko`${program}이/가 PNG를 만들지 못했습니다: ${reason}`,
};
