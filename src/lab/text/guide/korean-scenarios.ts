// 시나리오마다 무엇을 왜 보여 주는지, 그리고 해 볼 실험의 이름.

import type { ScenarioTexts } from './messages.ts';

export const SCENARIOS: ScenarioTexts = {
  s1: {
    shows:
      '세그먼트가 셋인 까닭은 양쪽이 저마다 상대의 첫 순서 번호를 알고, 자기 번호도 전해졌는지 들어야 하기 때문입니다. 양쪽이 언제 ESTABLISHED가 되는지 보세요. 같은 때가 아닙니다.',
    experiments: {
      lostSyn: 'SYN을 잃으면',
      lostSynAck: 'SYN,ACK을 잃으면',
      lostAck: 'ACK을 잃으면',
      nobody: '기다리는 프로그램이 없으면',
    },
  },
  s2: {
    shows:
      '두 방향을 따로 닫습니다. 방향마다 FIN과 그 ACK이 있어 세그먼트는 넷이고, 두 번째 FIN이 첫 FIN의 ACK과 함께 가면 셋입니다. 먼저 닫은 쪽이 TIME-WAIT에서 끝납니다.',
    experiments: { three: '세그먼트 셋으로', server: '서버가 먼저 닫으면' },
  },
  s3: {
    shows:
      'FIN은 "가라"가 아니라 "나는 더 보낼 것이 없다"는 말입니다. 클라이언트는 제 방향을 닫았고, 서버는 계속 보내며, 클라이언트는 계속 확인 응답합니다.',
    experiments: { atOnce: '한꺼번에 보내면', linux: 'Linux의 방식으로' },
  },
  s4: {
    shows:
      '먼저 닫은 쪽은 2 MSL 동안 TIME-WAIT에 머뭅니다. RFC대로면 240초, Linux는 60초, 여기서는 정한 만큼입니다. 그동안 두 끝점은 쓰이고 있는 것이어서, 연결이 많으면 포트가 모자랍니다.',
    experiments: {
      rfc: 'RFC대로 240초',
      again: 'TIME-WAIT에 새 SYN이 오면',
      old: 'TIME-WAIT에 옛 SYN이 오면',
      busy: '같은 포트로 다시',
      reuse: '같은 포트로 다시, 재사용 허용',
      crowd: '연결 200개',
      noPorts: '포트가 모자라면',
    },
  },
  s5: {
    shows:
      'CLOSE-WAIT에는 타이머가 없습니다. 프로그램이 close()를 부를 때까지 이어집니다. 부르지 않으면 연결이 하나씩 샙니다(누수). 그사이 클라이언트는 FIN-WAIT-2를 그만두고 떠납니다.',
    experiments: {
      drains: '남은 것을 보내고 닫으면',
      drainsLong: '남은 것이 길면: FIN은 기다린다',
      leak: '20개가 새면',
    },
  },
  s6: {
    shows:
      '핸드셰이크의 세 번째 세그먼트부터 데이터를 실을 수 있습니다. 그때까지 프로그램이 쓴 것이 ACK과 함께 가서, 서버에서는 한 번의 도착으로 연결이 열리고 데이터가 들어옵니다.',
    experiments: {
      after: '열린 뒤에 쓰면',
      lost: '세 번째 세그먼트를 잃으면',
      lostAfter: '빈 ACK을 잃으면',
    },
  },
  s7: {
    shows:
      'RST는 연결을 즉시 끝내고, 왜인지는 말하지 않습니다. 여덟 가지 원인이 받는 쪽에서는 똑같아 보입니다. 아래 질문으로 가려냅니다.',
    experiments: {
      closedPort: '기다리는 프로그램 없음',
      oldSyn: '오래된 중복 SYN',
      abort: 'abort()',
      afterClose: '닫은 프로그램에 온 데이터',
      stopped: '받아들이지 않고 끝남',
      rebooted: '다시 시작됨',
      forged: '위조',
    },
  },
  s8: {
    shows:
      '마지막 ACK은 그 자신이 확인되지 않으므로, 잃어도 보낸 쪽은 모릅니다. 서버가 FIN을 다시 보낼 때 답할 누군가가 남아 있어야 합니다. TIME-WAIT는 그래서 있습니다.',
    experiments: { noWait: 'TIME-WAIT가 없으면', thrice: '세 번 잃으면', none: '잃지 않으면' },
  },
  s9: {
    shows:
      '양쪽이 동시에 서로에게 connect()를 부릅니다. 서버가 없어도 됩니다. SYN이 엇갈리고, 양쪽이 SYN-RECEIVED를 거쳐, 연결은 꼭 하나가 됩니다.',
    experiments: { together: '정확히 같은 때', late: '엇갈리기에는 늦게' },
  },
  s10: {
    shows:
      '상대가 닫았다는 것을 듣기 전에 양쪽이 닫습니다. FIN이 엇갈리고, 양쪽이 CLOSING을 거쳐, 둘 다 TIME-WAIT에서 기다립니다. 교착 상태는 없습니다.',
    experiments: { together: '정확히 같은 때', late: '엇갈리기에는 늦게' },
  },
  s11: {
    shows:
      '연결은 양 끝으로, 곧 주소 둘과 포트 둘로 구별됩니다. 그래서 기다리는 포트 하나가 여럿을 받고, 클라이언트 포트 하나가 두 서버에 닿습니다. 세션은 다른 것입니다. 쿠키에 있고, 여러 연결에 걸칩니다.',
    experiments: { session: '연결 셋에 걸친 세션', many: '연결 여덟' },
  },
  s12: {
    shows:
      '받는 쪽은 ACK마다 받을 자리가 얼마인지 알립니다. 프로그램이 읽지 않으면 윈도우가 0이 되고, 보내는 쪽은 열렸는지 가끔 물으며 기다립니다.',
    experiments: {
      updateLost: '열렸다는 소식을 잃으면',
      silly: '조금씩 읽으면',
      never: '거의 읽지 않으면',
    },
  },
  s13: {
    shows:
      '손실은 아무도 알려 주지 않습니다. 보내는 쪽이 알아냅니다. SACK으로, 중복 ACK으로, 프로브로, 가장 느리게는 타임아웃으로. 어느 것인지는 빈틈 뒤로 무엇이 도착했는지에 달렸습니다.',
    experiments: {
      duplicates: 'SACK 없이',
      tail: '마지막 것을 잃으면',
      timeout: '마지막 것을 잃고 프로브도 없으면',
      early: '끝에서 세 번째를 잃으면',
      alone: '하나뿐인 것을 잃으면',
      none: '잃지 않으면',
    },
  },
  s14: {
    shows:
      '아무의 것도 아닌 주소에서 온 SYN이 큐를 채워, 진짜 클라이언트가 연결하지 못합니다. 쿠키를 쓰면 서버는 ACK이 돌아올 때까지 아무것도 간직하지 않습니다. 그 대신 SYN이 청한 것을 잊고, SYN,ACK을 다시 보내지 못합니다. 모두 이 페이지 안에서만 일어납니다.',
    experiments: {
      cookies: '쿠키를 쓰면',
      options: '쿠키가 잊는 것',
      hangs: '쿠키: ACK을 잃고 클라이언트는 기다린다',
      repaired: '같은 일을 쿠키 없이',
    },
  },
  s15: {
    shows:
      '왜 세 단계일까요? 오래전의 SYN이 도착할 수 있습니다. 서버는 가려내지 못하고 클라이언트만 압니다. 세 번째 단계가 그것을 말하는 자리이고, 여기서는 RST로 말합니다. SYN만 믿는 서버는 유령을 상대하게 됩니다.',
    experiments: {
      twoSteps: 'SYN으로 충분하다면',
      ghost: '유령, RST를 보낼 이도 없으면',
      gone: '3단계, RST를 보낼 이가 없으면',
      race: '진짜 SYN 바로 앞에 오면',
    },
  },
  s16: {
    shows:
      '옛 연결의 세그먼트가 늦게 옵니다. TIME-WAIT에서는 ACK으로 답하고 버립니다. TIME-WAIT가 없으면 같은 두 끝점의 다음 연결에 올 수 있고, 번호가 맞으면 그 연결의 데이터로 여겨집니다.',
    experiments: {
      harm: 'TIME-WAIT가 없으면',
      paws: '없지만 타임스탬프가 있으면',
      assassinated: 'RST가 TIME-WAIT를 끝내면',
      ignored: 'RST를 무시하면',
    },
  },
  s17: {
    shows:
      '한쪽이 사라졌고, 그것을 알리는 세그먼트는 없습니다. 보낼 것이 있는 쪽은 알아챕니다. 조용한 쪽은 킵얼라이브가 묻지 않는 한 끝내 모릅니다.',
    experiments: {
      crash: '서버가 죽으면',
      cut: '선이 끊기면',
      silent: '서버가 죽고 아무도 쓰지 않으면',
      keepAlive: '서버가 죽고 킵얼라이브가 물으면',
      probed: '다시 시작되고 킵얼라이브가 물으면',
    },
  },
  s18: {
    shows: '여기서는 저절로 일어나는 일이 없습니다. 마음대로 연결하고, 기다리고, 보내고, 닫고, 바꿔 보세요.',
    experiments: {},
  },
};
