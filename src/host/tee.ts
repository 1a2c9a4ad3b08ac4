// One probe for several observers: each hears everything, in the order given.

import { checkProbe, type HostProbe } from './probe.ts';

/** @throws TypeError ERR_INVALID_ARG_TYPE for a probe that lacks a method */
export function tee(...probes: readonly HostProbe[]): HostProbe {
  for (const probe of probes) checkProbe(probe);
  const each = (tell: (probe: HostProbe) => void): void => {
    for (const probe of probes) tell(probe);
  };
  return {
    segmentArrives: (tcb, seg, now) => each((probe) => probe.segmentArrives(tcb, seg, now)),
    segmentSent: (tcb, seg, now) => each((probe) => probe.segmentSent(tcb, seg, now)),
    segmentDropped: (tcb, seg, why, now) => each((probe) => probe.segmentDropped(tcb, seg, why, now)),
    stateChange: (tcb, from, to, why, now) => each((probe) => probe.stateChange(tcb, from, to, why, now)),
    timerSet: (tcb, timer, deadline, now) => each((probe) => probe.timerSet(tcb, timer, deadline, now)),
    timerFired: (tcb, timer, now) => each((probe) => probe.timerFired(tcb, timer, now)),
    rule: (tcb, why, now) => each((probe) => probe.rule(tcb, why, now)),
    userCall: (tcb, call, bytes, now) => each((probe) => probe.userCall(tcb, call, bytes, now)),
    packetSent: (host, link, packet, now) => each((probe) => probe.packetSent(host, link, packet, now)),
    packetReceived: (host, link, packet, now) =>
      each((probe) => probe.packetReceived(host, link, packet, now)),
    packetDropped: (host, link, packet, reason, now) =>
      each((probe) => probe.packetDropped(host, link, packet, reason, now)),
  };
}
