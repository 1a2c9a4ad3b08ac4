// A link for programs that are quicker than their TCP: they act on a packet before it is acknowledged, so that their
// FIN goes with the ACK of the peer's (§3.6), as it does where the ACK of a FIN is delayed.

import type { Link } from '../../host/link.ts';

export const eagerLink = (link: Link, act: () => void): Link => ({
  name: link.name,
  mtu: link.mtu,
  superSegment: link.superSegment,
  checksumOffload: link.checksumOffload,
  headroom: link.headroom,
  transmit: (packet) => link.transmit(packet),
  attach: (receiver) =>
    link.attach({
      ...receiver,
      flush() {
        act();
        receiver.flush();
      },
    }),
});
