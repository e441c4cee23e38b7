import type { MockActions } from './actions.ts'

/** The actions of all targets at once: of those that there are when an action is called. */
export function toAll(targets: () => readonly MockActions[]): MockActions {
  // Not async: what cannot be done is thrown at once, also to a caller who does not await it.
  const all = (act: (each: MockActions) => Promise<void>): Promise<void> =>
    Promise.all(targets().map(act)).then(() => {})
  return {
    send: (type, data, options) => all((each) => each.send(type, data, options)),
    sendText: (type, text, options) => all((each) => each.sendText(type, text, options)),
    comment: (text) => all((each) => each.comment(text)),
    retry: (ms) => all((each) => each.retry(ms)),
    raw: (...chunks) => all((each) => each.raw(...chunks)),
    end: () => all((each) => each.end()),
    drop: () => all((each) => each.drop()),
    stall: () => all((each) => each.stall()),
    introduce: (introduction) => all((each) => each.introduce(introduction)),
    gap: (notice) => all((each) => each.gap(notice)),
    goodbye: (reconnectInMs) => all((each) => each.goodbye(reconnectInMs)),
  }
}
