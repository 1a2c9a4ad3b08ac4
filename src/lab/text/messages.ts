// Every sentence of the lab in one language. English says which there are; the compiler holds the others to it.

import type { ENGLISH } from './english.ts';

export interface LabMessages extends Readonly<typeof ENGLISH> {}
