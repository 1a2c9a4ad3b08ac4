// The public surface, and nothing else: engine, host, simulated network, trace. It has no dependencies and needs
// nothing of Node; `synfin/net` and `synfin/tun` are the parts that do.

export type { Clock } from './host/clock.ts';
export type { DropReason, HostCounters } from './host/counters.ts';
export type { EchoReply } from './host/echo.ts';
export { Host, type HostOptions, type InterfaceOptions, type PingOptions } from './host/host.ts';
export type { Interface } from './host/interface.ts';
export { DEFAULT_LIMITS, type HostLimits } from './host/limits.ts';
export type { Link, LinkReceiver } from './host/link.ts';
export type { TcpListener } from './host/listener.ts';
export type { ConnectOptions, FastOpenOptions, ListenOptions } from './host/open.ts';
export type { HostProbe } from './host/probe.ts';
export type { Notify, TcpSocket } from './host/socket.ts';
export { tee } from './host/tee.ts';
export { VirtualClock, type VirtualClockOptions } from './sim/clock.ts';
export type { BurstLoss, Impairments, Reordering } from './sim/faults.ts';
export { createLink, type LinkOptions, type MemoryLink } from './sim/link.ts';
export type {
  Direction,
  LinkEvent,
  LinkFilter,
  LinkObserver,
  LossReason,
  Verdict,
} from './sim/link-events.ts';
export {
  type Attachment,
  Network,
  type NetworkHostOptions,
  type NetworkLinkOptions,
  type NetworkOptions,
  type TwoHosts,
  type TwoHostsOptions,
  twoHosts,
} from './sim/network.ts';
export { Connection } from './tcp/connection.ts';
export { type ConnectionError, TcpError, type TcpErrorCode } from './tcp/errors.ts';
export type { KeepAlive } from './tcp/events/user-calls.ts';
export type { ConnectionInfo } from './tcp/info.ts';
export { IsnGenerator } from './tcp/isn.ts';
export * as Notice from './tcp/notice.ts';
export type { Parameters } from './tcp/parameters.ts';
export { FREEBSD, LINUX, RFC9293 } from './tcp/presets.ts';
export type { Probe, TimerName, UserCall } from './tcp/probe.ts';
export { resetFor } from './tcp/reset.ts';
export type { RuleId } from './tcp/rules.ts';
export { Segment } from './tcp/segment.ts';
export { type Seq, seq } from './tcp/seq.ts';
export { STATES, type State } from './tcp/state.ts';
export type { OpenOptions, Tcb } from './tcp/tcb.ts';
export { type TcpInfo, tcpInfo } from './tcp/tcp-info.ts';
export { type Counters, FastOpenVariables } from './tcp/variables.ts';
export type * from './trace/events.ts';
export { type Confidence, PeerInference, type SeenSegment } from './trace/infer.ts';
export { Ladder, type LadderOptions } from './trace/ladder.ts';
export { PcapngExport } from './trace/pcapng-export.ts';
export { CaptureAnalysis, type CaptureAnalysisOptions } from './trace/reader/capture-analysis.ts';
export { CaptureLadder, type CaptureLadderOptions } from './trace/reader/ladder.ts';
export { type CapturedConnection, type CapturedEnd, summarise } from './trace/reader/summary.ts';
export { Recorder, type WatchableLink, type WatchedEvent } from './trace/recorder.ts';
export { formatRule, type RuleSource, ruleSource } from './trace/rules.ts';
export { type ConnectionSummary, type Ending, type EndSummary, Summary } from './trace/summary.ts';
export type { SentSummary } from './trace/summary-end.ts';
export { formatSummary } from './trace/summary-text.ts';
export { ENGLISH } from './trace/text/english.ts';
export { KOREAN } from './trace/text/korean.ts';
export { languageOf } from './trace/text/language.ts';
export type { Language, Messages } from './trace/text/messages.ts';
export { Address, type Endpoint, formatEndpoint, Prefix } from './wire/address.ts';
export { Packet } from './wire/packet.ts';
export { decodeTcp, encodeTcp, type TcpFault, type TcpFields, tcpHeaderLength } from './wire/tcp.ts';
