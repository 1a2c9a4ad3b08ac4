// Where versions of Node differ, ours is as the one that it runs on.

const MAJOR = Number(process.versions.node.split('.')[0]);

/** Before, `maxConnections` 0 was as good as none. */
export const ZERO_IS_A_LIMIT = MAJOR >= 21;

/** Before, a socket that was ended and never connected waited to be connected. */
export const ENDS_UNCONNECTED = MAJOR >= 22;
