// Before all tests: in the private network namespace that `npm test` makes, loopback is down until somebody raises it.

import { raiseLoopback } from '../../src/node/interface-config.ts';
import { inPrivateNamespace } from '../../src/node/namespace.ts';

export function setup(): void {
  if (inPrivateNamespace()) raiseLoopback();
}
