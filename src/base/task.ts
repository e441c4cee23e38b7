/*
 * A burst of events must not hold the main thread: nothing is painted meanwhile, and no click is handled (HTML 8.1.7, "Event
 * loops"). All clients of a page share the time.
 */

/** For so long, in milliseconds, events are delivered in one task. */
const SLICE = 10

/** When the events of this task began. */
let since = 0

/** The next task, once events have taken a millisecond. Quiet streams seldom do, and cost no task. */
export let next: Promise<void> | undefined

/** Events have arrived: until now there were none to deliver. */
export function begin(): void {
  if (!next) since = Date.now()
}

/** Asked after each event. @returns What the next event has to wait for, if the task has lasted too long. */
export function taskIfLate(): Promise<void> | false | undefined {
  // Not the monotonic clock: in browsers it costs as much as an event. If the user sets this one, one pause comes too early or too late.
  const spent = Date.now() - since
  if (spent)
    // Where there is no such thing, as in React Native, nothing waits.
    next ??=
      globalThis.MessageChannel &&
      new Promise((resolve) => {
        // Not a timer, which browsers slow down in hidden pages. Not scheduler.yield(), which comes before the page's messages.
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => {
          since = Date.now()
          next = undefined
          // In Node, an open port keeps the process alive.
          resolve(port1.close())
        }
        port2.postMessage(0)
      })
  return spent > SLICE && next
}
