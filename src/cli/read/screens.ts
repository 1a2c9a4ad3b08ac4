// All screens: what each holds, and how it is drawn.

import type { CapturedConnection } from '../../trace/reader/summary.ts';
import { type CompareState, drawCompare } from './compare.ts';
import { type DetailsState, drawDetails } from './details.ts';
import { EXPORTERS } from './exporters.ts';
import { drawHelp } from './help.ts';
import { drawLadder, type LadderState } from './ladder.ts';
import { drawList, type ListAround, type ListState } from './list.ts';
import { drawMenu } from './menu.ts';
import type { View } from './screen.ts';

export type Screen =
  | { readonly kind: 'list' }
  | { readonly kind: 'ladder'; readonly state: LadderState }
  | { readonly kind: 'details'; readonly state: DetailsState }
  | { readonly kind: 'compare'; readonly state: CompareState }
  | { readonly kind: 'exports'; readonly row: CapturedConnection; readonly selected: number }
  | { readonly kind: 'help'; readonly top: number };

/** One line for each row of the screen. */
export function drawScreen(screen: Screen, list: ListState, view: View, around: ListAround): string[] {
  const { bottom } = around;
  switch (screen.kind) {
    case 'list':
      return drawList(list, view, around);
    case 'ladder':
      return drawLadder(screen.state, view, { bottom });
    case 'details':
      return drawDetails(screen.state, view, bottom);
    case 'compare':
      return drawCompare(screen.state, view);
    case 'exports':
      return drawMenu(EXPORTERS, screen.selected, view, bottom);
    case 'help':
      return drawHelp(screen.top, view);
  }
}
