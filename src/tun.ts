// `synfin/tun`: a Linux TUN device as a link, and Node's clock for the host behind it. Needs the optional
// dependency koffi.

export { NodeClock } from './node/clock.ts';
export { openTun, type TunDevice, TunError, type TunOptions } from './node/tun.ts';
