// Keys 1 and 2: to what a person may do at an end of the connection.

import type { Lab } from './lab.ts';

/** How long the panel may take to be fetched, in frames. */
const PATIENCE = 120;

/** `number` counts from 1. */
export function goToEndpoint(lab: Lab, number: number): void {
  lab.panel.value = 'calls';
  focus(`endpoint-${number}`, PATIENCE);
}

function focus(id: string, patience: number): void {
  requestAnimationFrame(() => {
    const element = document.getElementById(id);
    if (element !== null) (element.querySelector('button') ?? element).focus();
    else if (patience > 0) focus(id, patience - 1);
  });
}
