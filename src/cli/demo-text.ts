// What the demo says itself, around the ladder and in the summary.

import { ko } from '../trace/text/korean/particle.ts';
import type { Language } from '../trace/text/messages.ts';
import { seconds } from '../trace/text/numbers.ts';

const ENGLISH = {
  noDevice: ({ reason }: { reason: string }): string =>
    `No TUN device here (${reason}): the same on the in-memory network.`,
  inMemory: ({ delay, loss, seed, server }: Network): string => {
    const lossy = loss === 0 ? '' : `, ${loss} % of the packets lost`;
    return `Two hosts of synfin, ${delay} ms apart${lossy}, seed ${seed}: ${server} serves.`;
  },
  withKernel: ({ server, linux }: { server: string; linux: string }): string =>
    `synfin serves ${server} in a private network; Linux ${linux} connects.`,
  lab: 'The same, and what if it had gone otherwise, in the browser',
  /** Why a packet is held back. */
  closesFirst: 'our end closes first',
  noConnection: ({ program, error }: { program: string; error: string }): string =>
    `no connection was made (${program}: ${error})`,
  request: 'request',
  response: 'response',
  none: 'none',
  complete: 'complete',
  reset: 'the page came whole; then our RST ended the connection',
  notComplete: ({ fault }: { fault: string }): string => `not complete: ${fault}`,
  exchangeNotComplete: ({ fault }: { fault: string }): string => `the exchange was not complete: ${fault}`,
  faults: {
    handshake: 'the handshake was not completed',
    page: ({ came, of }: { came: number; of: number }): string =>
      `the page did not arrive: ${came} characters of ${of}`,
    reset: 'the connection was not reset',
    closing: 'the connection was not closed both ways',
  },
  clientSaid: ({ error, reset }: { error: string; reset: boolean }): string =>
    `client said ${error}${reset ? ' (that is how it sees our RST)' : ''}`,
  kernelSilent: ({ reason }: { reason: string }): string => `kernel says nothing: ${reason}`,
  kernelSays: ({ reported, inferred, agrees, left }: Witnessed): string => {
    const still = left > 0 ? ` (for another ${seconds(left)} s)` : '';
    const verdict = agrees ? 'as inferred' : `but inferred was ${inferred.join(', ')}`;
    return `kernel says ${reported.join(', ')}${still}: ${verdict}`;
  },
};

interface Network {
  /** One way, milliseconds. */
  readonly delay: number;
  /** Percent. */
  readonly loss: number;
  readonly seed: number;
  readonly server: string;
}

interface Witnessed {
  readonly reported: readonly string[];
  readonly inferred: readonly string[];
  readonly agrees: boolean;
  /** Of TIME-WAIT, milliseconds. */
  readonly left: number;
}

const KOREAN: typeof ENGLISH = {
  noDevice: ({ reason }) =>
    `여기에는 TUN 장치가 없으므로(${reason}) 메모리 안의 네트워크에서 같은 것을 보여 줍니다.`,
  inMemory: ({ delay, loss, seed, server }) => {
    const lossy = loss === 0 ? '' : `, 패킷 손실 ${loss} %`;
    return ko`synfin 호스트 둘, 간격 ${delay} ms${lossy}, 시드 ${seed}: ${server}이/가 응답합니다.`;
  },
  withKernel: ({ server, linux }) =>
    ko`synfin이 사설 네트워크의 ${server}에서 응답하고, Linux ${linux}이/가 접속합니다.`,
  lab: '브라우저에서 같은 것을 보고, 만약을 시험해 보세요',
  closesFirst: '우리가 먼저 닫는다',
  noConnection: ({ program, error }) => `연결이 만들어지지 않았습니다 (${program}: ${error})`,
  request: '요청',
  response: '응답',
  none: '없음',
  complete: '완료',
  reset: '페이지가 모두 온 뒤 우리의 RST가 연결을 끝냈다',
  notComplete: ({ fault }) => `미완료: ${fault}`,
  exchangeNotComplete: ({ fault }) => `교환이 끝까지 이루어지지 않았습니다: ${fault}`,
  faults: {
    handshake: '핸드셰이크가 끝나지 않았다',
    page: ({ came, of }) => `페이지가 도착하지 않았다: ${of}자 가운데 ${came}자`,
    reset: '연결이 재설정되지 않았다',
    closing: '연결이 양쪽 모두 닫히지는 않았다',
  },
  clientSaid: ({ error, reset }) =>
    `클라이언트가 알린 오류: ${error}${reset ? ' (우리의 RST가 그쪽에는 이렇게 보인다)' : ''}`,
  kernelSilent: ({ reason }) => `커널이 상태를 알리지 않는다: ${reason}`,
  kernelSays: ({ reported, inferred, agrees, left }) => {
    const still = left > 0 ? ` (앞으로 ${seconds(left)}초)` : '';
    const verdict = agrees ? '추론과 같다' : `추론은 달랐다: ${inferred.join(', ')}`;
    return `커널이 알린 상태: ${reported.join(', ')}${still}: ${verdict}`;
  },
};

export type DemoText = typeof ENGLISH;

export const DEMO_TEXT: Readonly<Record<Language, DemoText>> = { en: ENGLISH, ko: KOREAN };
