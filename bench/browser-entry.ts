// P16: what a page needs for two hosts that talk to each other: engine, host and memory link.

export { Host } from '../src/host/host.ts';
export { VirtualClock } from '../src/sim/clock.ts';
export { createLink } from '../src/sim/link.ts';
export * as Notice from '../src/tcp/notice.ts';
export { LINUX, RFC9293 } from '../src/tcp/presets.ts';
export { Address, Prefix } from '../src/wire/address.ts';
