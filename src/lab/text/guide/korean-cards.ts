// 실험실의 질문과 고를 답, 그리고 맞는 답이 맞는 까닭.

import type { CardTexts } from './messages.ts';

export const CARDS: CardTexts = {
  cards: {
    synSent: {
      question:
        '클라이언트의 프로그램이 connect()를 부르고 SYN이 떠납니다. 그때 클라이언트는 어느 상태일까요?',
      because: '호출이 끝나면 더는 CLOSED가 아닙니다. SYN을 보냈고, 답이 올 때까지 SYN-SENT에서 기다립니다.',
    },
    synTakesOne: {
      question: 'SYN의 순서 번호는 x이고 데이터는 없습니다. 서버는 무엇을 확인 응답할까요?',
      because:
        'SYN도 순서 번호 하나를 차지합니다. 그래야 바이트처럼 확인 응답할 수 있습니다. 다음에 기다리는 번호는 x+1입니다.',
    },
    whoFirst: {
      question: 'SYN,ACK이 곧 도착합니다. 어느 쪽이 먼저 ESTABLISHED가 될까요?',
      because:
        '클라이언트는 SYN,ACK이 오면 더 필요한 것이 없습니다. 서버는 ACK을 기다려야 하므로 왕복 시간의 반만큼 늦습니다.',
    },
    bareAck: {
      question: 'SYN-RECEIVED에 있는 서버에 데이터 없는 ACK이 도착합니다. 다음은 어느 상태일까요?',
      because: '서버가 기다리는 것은 자기 SYN의 ACK뿐입니다. 데이터는 나중에 와도 되고, 오지 않아도 됩니다.',
    },
    nobodyListens: {
      question: '기다리는 프로그램이 없는 포트에 SYN이 도착합니다. 무엇이 돌아올까요?',
      because:
        '연결이 없고 생길 수도 없습니다. RST로 답하되, 무엇이 거부되었는지 알 수 있게 SYN의 ACK을 함께 보냅니다.',
    },
    thirdCarries: {
      question: 'SYN,ACK이 도착합니다. 이 핸드셰이크의 세 번째 세그먼트에는 무엇이 실릴까요?',
      because: '세 번째는 보통 세그먼트입니다. 그때까지 프로그램이 쓴 것이 있으면 함께 갑니다.',
    },
    synsCross: {
      question: 'SYN-SENT에서 ACK 없는 SYN이 옵니다. 다음은 어느 상태일까요?',
      because:
        '상대도 열고 있습니다. 상대의 SYN을 확인 응답하고, 자기 SYN이 확인될 때까지 SYN-RECEIVED에 있습니다.',
    },
    howMany: {
      question: '양쪽이 열었고 SYN 두 개가 모두 도착했습니다. 연결은 몇 개가 될까요?',
      because: '연결은 두 끝점으로 정해지고, 어느 쪽에서 보아도 같은 둘입니다. 하나입니다.',
    },
    notAsked: {
      question: '클라이언트가 방금 보내지 않은 SYN에 대해 SYN,ACK이 옵니다. 무엇으로 답할까요?',
      because:
        '클라이언트가 쓰고 있지 않은 번호를 확인 응답합니다. 그것을 아는 것은 클라이언트뿐이므로, 서버는 세 번째 세그먼트를 듣고서야 연결을 믿어야 합니다.',
    },
    ghost: {
      question: '오래된 SYN이 서버에 곧 도착합니다. 서버의 프로그램은 무엇을 할까요?',
      because:
        '세 단계라면 프로그램은 ACK이 오기 전에 아무것도 듣지 않습니다. SYN만 믿는 서버는 있지도 않은 이를 상대합니다.',
    },
    finFlags: {
      question: '한쪽 프로그램이 닫습니다. 그때 떠나는 세그먼트의 플래그는 무엇일까요?',
      because:
        '열린 연결의 세그먼트는 모두 ACK을 지닙니다. FIN도 그렇습니다. ACK 없는 FIN은 오히려 버려집니다.',
    },
    howManySegments: {
      question: '이 닫기는 양쪽에 남은 일이 없을 때까지 세그먼트가 몇 개 걸릴까요?',
      because:
        'FIN 둘과 ACK 둘입니다. 세그먼트는 넷이고, 상대가 곧바로 닫아 그 FIN이 첫 FIN의 ACK을 겸하면 셋입니다.',
    },
    closeWait: {
      question: '첫 FIN이 상대에 도착합니다. 상대는 어느 상태가 될까요?',
      because:
        'CLOSE-WAIT입니다. 자기 프로그램이 닫기를 기다립니다. TIME-WAIT는 먼저 닫은 쪽의 것이고, 나중 일입니다.',
    },
    finWait2: {
      question: '먼저 닫은 쪽에 자기 FIN의 ACK이 도착합니다. 다음은 어느 상태일까요?',
      because: '한 방향만 닫혔습니다. 상대의 FIN이 올 때까지 FIN-WAIT-2이고, TIME-WAIT는 그 뒤에 시작합니다.',
    },
    whoWaits: {
      question: '두 번째 FIN이 곧 떠납니다. 어느 쪽이 TIME-WAIT에 있게 될까요?',
      because: '클라이언트든 서버든 먼저 닫은 쪽입니다. 마지막 ACK을 보내므로, 그것을 잃으면 답해야 합니다.',
    },
    acksAtOnce: {
      question: '두 번째 FIN이 도착합니다. 마지막 ACK은 얼마 뒤에 떠날까요?',
      because: '바로 확인 응답합니다. 기다림은 ACK 앞이 아니라 뒤에 있습니다.',
    },
    stillSends: {
      question: '클라이언트가 FIN을 보냈습니다. 서버의 프로그램이 send()를 부르면 어떻게 될까요?',
      because:
        '클라이언트는 보내지 않겠다고 했지 읽지 않겠다고 하지 않았습니다. CLOSE-WAIT에서 데이터는 전처럼 나갑니다.',
    },
    howLong: {
      question: 'TIME-WAIT가 시작합니다. 여기서는 얼마나 이어질까요?',
      because:
        '정해진 최대 세그먼트 수명의 두 배입니다. RFC는 2분으로 보아 240초가 되고, Linux는 모두 60초를 기다립니다.',
    },
    finWait2Ends: {
      question:
        '클라이언트가 FIN-WAIT-2에서 기다릴 만큼 기다렸고 FIN은 오지 않았습니다. 다음은 어느 상태일까요?',
      because:
        'CLOSED입니다. TIME-WAIT는 상대의 FIN이 와야만 시작하고, FIN-WAIT-2에서 타이머로는 가지 않습니다.',
    },
    finBehindText: {
      question: '보낼 데이터가 아직 남았는데 프로그램이 close()를 부릅니다. FIN은 어떻게 될까요?',
      because:
        'close()는 데이터 뒤에 줄을 섭니다. FIN은 마지막 바이트의 다음 번호를 차지하고, 떠날 때 LAST-ACK이 시작합니다.',
    },
    lastAckLost: {
      question: '마지막 ACK을 잃었습니다. LAST-ACK에 있는 서버는 무엇을 할까요?',
      because:
        '자기 FIN을 잃었는지 ACK을 잃었는지 알 수 없습니다. FIN은 순서 번호를 차지하므로 확인될 때까지 다시 보냅니다.',
    },
    finInTimeWait: {
      question: 'FIN이 클라이언트에 한 번 더 도착합니다. 클라이언트는 무엇을 할까요?',
      because:
        'TIME-WAIT에서는 마지막 ACK으로 다시 답하고 2 MSL을 처음부터 셉니다. TIME-WAIT가 없으면 답은 RST뿐입니다.',
    },
    finsCross: {
      question: 'FIN-WAIT-1에서, 우리 FIN을 확인하지 않는 FIN이 옵니다. 다음은 어느 상태일까요?',
      because:
        'CLOSE-WAIT는 아직 닫지 않은 쪽의 것입니다. 여기서는 둘 다 닫았으므로, 자기 FIN이 확인될 때까지 CLOSING입니다.',
    },
    bothEnd: {
      question: '양쪽이 CLOSING에 있고 ACK이 오는 중입니다. 어떻게 끝날까요?',
      because:
        'ACK을 받은 쪽은 TIME-WAIT로 갑니다. 둘 다 먼저 닫았으므로 둘 다 기다리고, 2 MSL 뒤에 둘 다 CLOSED가 됩니다.',
    },
    unread: {
      question: '읽지 않은 300바이트를 두고 서버의 프로그램이 닫습니다. TCP는 무엇을 보낼까요?',
      because: 'FIN은 모두 받았다는 뜻이 됩니다. RST는 데이터를 잃었다고 알립니다.',
    },
    afterClose: {
      question: '두 방향을 모두 닫은 프로그램에 데이터가 옵니다. 무엇이 돌아올까요?',
      because: '읽을 이가 없습니다. 확인 응답하면 거짓말이므로 RST로 답합니다.',
    },
    samePort: {
      question: '클라이언트가 같은 포트에서 다른 서버로 또 연결합니다. 그 포트의 연결은 몇 개가 될까요?',
      because: '연결은 양 끝으로 구별됩니다. 다른 끝이 다르므로 둘이고, 세그먼트가 섞이지 않습니다.',
    },
    cookieKnows: {
      question: '두 번째 요청이 새 연결로 옵니다. 서버는 같은 방문자인 줄 어떻게 알까요?',
      because: 'TCP는 소켓 둘을 이을 뿐 세션을 모릅니다. 두 연결이 함께 지닌 것은 요청에 적힌 쿠키뿐입니다.',
    },
    zeroWindow: {
      question: '윈도우가 0이고 보낼 데이터가 남았습니다. 보내는 쪽은 얼마 뒤 무엇을 할까요?',
      because:
        '물어봅니다. 윈도우가 열렸다는 ACK은 확인되지 않으므로 잃을 수 있고, 그러면 양쪽이 끝없이 기다립니다.',
    },
    sillyWindow: {
      question: '윈도우가 0인데 프로그램이 데이터를 조금 읽습니다. TCP는 보내는 쪽에 알릴까요?',
      because:
        '알릴 만한 자리가 났을 때만, 곧 가득 찬 세그먼트 하나나 버퍼의 반만큼일 때 알립니다. 아니면 데이터보다 헤더가 큰 세그먼트들이 이어집니다.',
    },
    howFound: {
      question: '잃은 세그먼트를 곧 다시 보냅니다. 보내는 쪽은 손실을 어떻게 알았을까요?',
      because:
        '빈틈 뒤로 도착한 것이 가장 많이 말해 줍니다. SACK이 있으면 가장 빠르고, 없으면 중복 ACK 셋이며, 뒤로 도착한 것이 없으면 프로브나 타임아웃만 남습니다.',
    },
    queueFull: {
      question: '진짜 클라이언트의 SYN이 왔는데 큐가 가득 찼습니다. 서버는 무엇을 할까요?',
      because:
        'SYN을 말없이 버립니다. RST를 보내면 시도가 끝나 버리지만, 버리면 클라이언트가 다시 보내고 그때는 자리가 있을지도 모릅니다.',
    },
    cookieReturns: {
      question: '서버가 아무것도 간직하지 않은 SYN에 대해 ACK이 도착합니다. 무엇이 이어질까요?',
      because:
        '확인 응답 번호가 쿠키에 1을 더한 것입니다. 클라이언트가 SYN,ACK을 받았다는 증거이고, 연결을 만드는 데 필요한 것이 들어 있습니다.',
    },
    lateText: {
      question: '옛 연결의 세그먼트가 클라이언트에 도착합니다. 클라이언트는 무엇을 할까요?',
      because:
        '윈도우 밖이거나 타임스탬프가 오래되었으면 버리고 ACK으로 답합니다. 번호가 맞고 드러낼 것이 없을 때만 새 데이터로 통합니다.',
    },
    rstInTimeWait: {
      question: '그 ACK에 대한 답은 RST이고, 클라이언트는 TIME-WAIT에 있습니다. 클라이언트는 무엇을 할까요?',
      because:
        'RFC 1337: TIME-WAIT에 온 RST는 무시하는 것이 좋습니다. 받아들이면 옛 세그먼트 하나가 기다림을 일찍 끝냅니다.',
    },
    rebooted: {
      question: '그런 연결을 기억하지 못하는 호스트에 세그먼트가 도착합니다. 무엇으로 답할까요?',
      because: 'RST입니다. 여기에는 연결이 없습니다. 아직 믿고 있던 쪽은 그것을 알고 그만둡니다.',
    },
    givesUp: {
      question: '상대가 내내 조용했고 참을 만큼 참았습니다. 다음은 어느 상태일까요?',
      because:
        '물을 것이 있었다면, 조용한 상대와의 연결은 끝없이 이어지지 않습니다. 프로그램은 ETIMEDOUT을 듣습니다.',
    },
  },
  choices: {
    x: 'x',
    'x+1': 'x + 1',
    y: 'y',
    'y+1': 'y + 1',
    client: '클라이언트',
    server: '서버',
    together: '양쪽이 동시에',
    both: '양쪽 모두',
    nobody: '어느 쪽도 아님',
    nothing: '아무것도 없음',
    none: '없음',
    one: '하나',
    two: '둘',
    three: '셋',
    four: '넷',
    six: '여섯',
    itsText: 'ACK과 프로그램의 데이터',
    nothingButAck: 'ACK뿐',
    anotherSyn: 'SYN이 하나 더',
    servesGhost: '아무도 청하지 않은 연결을 상대한다',
    waitsForThird: '아직 연결이 있는 줄도 모른다',
    refuses: '거부한다',
    atOnce: '바로 떠난다',
    afterOneMsl: '최대 세그먼트 수명만큼 뒤',
    afterTwoMsl: '2 MSL 뒤, TIME-WAIT가 끝날 때',
    never: '떠나지 않는다',
    sendsText: '데이터가 나간다',
    refusesCall: '호출이 거부된다',
    sendsRst: 'RST를 보낸다',
    oneMsl: '최대 세그먼트 수명만큼',
    twoMsl: '정해진 최대 세그먼트 수명의 두 배',
    always60: '언제나 60초',
    always240: '언제나 240초',
    behindText: '마지막 바이트를 뒤따른다',
    beforeText: '먼저 가고 나머지가 뒤따른다',
    rstInstead: 'FIN 대신 RST가 간다',
    finAgain: 'FIN을 다시 보낸다',
    closes: 'CLOSED가 된다',
    waitsForever: '기다린다',
    acksAndBeginsAnew: '다시 확인 응답하고 2 MSL을 처음부터 센다',
    ignores: '무시한다',
    bothTimeWait: '둘 다 TIME-WAIT에서 기다린 뒤 CLOSED가 된다',
    deadlock: '서로를 기다린다: 교착 상태',
    oneTimeWait: '하나는 TIME-WAIT에서 기다리고, 하나는 CLOSED가 된다',
    reset: 'RST로',
    portInUse: '하나: 포트가 쓰이고 있어 두 번째는 거부된다',
    replaced: '하나: 두 번째가 첫 번째를 대신한다',
    byCookie: '요청에 적힌 쿠키로',
    byPort: '클라이언트의 포트로',
    byConnection: '연결로',
    notAtAll: '알지 못한다',
    probes: '한 바이트를 보내 본다',
    sendsAll: '그래도 나머지를 보낸다',
    saysNothing: '아니요, 그만한 자리로는',
    saysSo: '예, ACK으로',
    asksForMore: '더 달라고 청한다',
    bySack: 'SACK: 나중 세그먼트가 도착했다',
    byDuplicates: '중복 ACK 셋',
    byProbe: '조용함: 꼬리 손실 프로브',
    byTimeout: '재전송 타임아웃',
    dropsIt: '말없이 버린다',
    evictsOldest: '큐에서 가장 오래된 것을 버린다',
    acksAndDrops: '버리고 ACK으로 답한다',
    delivers: '새 데이터로 여긴다',
  },
};
