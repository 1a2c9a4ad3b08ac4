// The checkout that the bench, built to dist/bench, belongs to.

import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
