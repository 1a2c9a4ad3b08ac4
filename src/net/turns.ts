// Node calls back for each event of the kernel's by itself, and lets promises go on in between. So do we: of the
// events that one packet, or one batch of them, brings about, each has a tick of its own, in order.

let queue: (() => void)[] = [];
let next = 0;
let running = false;
/** Its reactions come when those before them have: as queueMicrotask's, at 0.12 us a turn in place of 0.2. */
const settled = Promise.resolve();

/** `callback` is called when what runs now is done, and the events before it are. */
export function inTurn(callback: () => void): void {
  queue.push(callback);
  if (running) return;
  running = true;
  process.nextTick(run);
}

function run(): void {
  const callback = queue[next++]!;
  try {
    callback();
  } finally {
    if (next < queue.length) settled.then(afterPromises);
    else {
      queue = [];
      next = 0;
      running = false;
    }
  }
}

/** Ticks begin when no promise has anything left to do. */
function afterPromises(): void {
  process.nextTick(run);
}
