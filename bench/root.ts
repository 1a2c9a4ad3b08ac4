// The checkout, and where the bench lies once built: main.mjs starts every process in the checkout.

import { join } from 'node:path';

export const ROOT = process.cwd();
export const BUILT = join(ROOT, 'dist', 'bench');
