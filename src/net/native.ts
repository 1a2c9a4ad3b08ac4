// Node's own net, as it was when this module was loaded: pipes, descriptors and handles belong to the kernel, and are
// left to it. Taken by value, so that a program in which `net` is replaced by ours does not lead us back to ourselves.

import nodeNet from 'node:net';

export const {
  BlockList,
  Server: NativeServer,
  Socket: NativeSocket,
  SocketAddress,
  connect: nativeConnect,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} = nodeNet;

export type NativeServer = nodeNet.Server;
export type NativeSocket = nodeNet.Socket;
