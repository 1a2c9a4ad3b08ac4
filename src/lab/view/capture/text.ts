// The words of these screens in the language of the page.

import { type CaptureText, ENGLISH } from '../../text/capture/english.ts';
import { KOREAN } from '../../text/capture/korean.ts';
import type { Lab } from '../lab.ts';

export const captureText = (lab: Lab): CaptureText => (lab.language.value === 'ko' ? KOREAN : ENGLISH);
