/*
 * The last event id (HTML 9.2.4): where a later connection takes up the stream. Strings throughout:
 * `"10"` is no number, and an id of our server is `<epoch>-<seq>`.
 */

/** How many delivered events are remembered to tell what a server sends again. */
const REMEMBERED = 128
/** Longer payloads are told apart by their length: remembering must not hold megabytes. */
const COMPARED = 4096

export interface Cursor {
  /** The last event id; '' if there is none. */
  readonly id: string
  /** The id that the next connection resumes from: {@link Cursor.id}, or, where handlers have a say, an earlier one. */
  readonly committed: string
  /**
   * A block with an `id` field has ended (HTML 9.2.6, "dispatch the event", step 1).
   * @returns false if the id lies at or behind the cursor, which only ids in order can tell.
   */
  commit(id: string): boolean
  /** Start from another id, or from none. */
  reset(id: string): void
  /** A connection opened. Its ids are in no known order until {@link Cursor.trust} is called. */
  opened(): void
  /** The server numbers its events `<epoch>-<seq>`, seq growing: a repeat is known by its id alone. */
  trust(): void
  /** Whether an event with an id repeats one that an earlier connection delivered; if not, it is remembered. */
  repeats(type: string, data: string): boolean
  /** What has been delivered up to `id` has been handled. From a {@link Cursor.reset} to the next opening this is of the past. */
  handled(id: string): void
}

/**
 * @param dedupe - Whether repeats are told at all.
 * @param byHand - {@link Cursor.committed} moves only by {@link Cursor.handled}.
 * @param moved - Called when it has.
 */
export function createCursor(id: string, dedupe: boolean, byHand = false, moved?: () => void): Cursor {
  let ordered = false
  /** The overlap of two connections is one run at the start of the later. */
  let overlapping = false
  let count = 0
  /** Handlers still at work have a say no more. */
  let severed = false
  // In parts: joining them into one key would build a string for each event.
  const ids: string[] = []
  const types: string[] = []
  const payloads: string[] = []

  // A property, not a getter over a variable: it is read for each event.
  const self: { -readonly [K in keyof Cursor]: Cursor[K] } = {
    id,
    committed: id,
    commit(newer) {
      if (ordered && isBehind(newer, self.id)) return false
      self.id = newer
      if (!byHand) self.handled(newer)
      return true
    },
    handled(upTo) {
      if (severed) return
      self.committed = upTo
      moved?.()
    },
    reset(to) {
      severed = false
      self.id = to
      self.handled(to)
      severed = byHand
    },
    opened() {
      ordered = severed = false
      // What was not handled is to come again.
      self.id = self.committed
      overlapping = count > 0
    },
    trust() {
      ordered = dedupe
    },
    repeats(type, data) {
      if (ordered || byHand || !dedupe) return false
      // Never by the id alone: naive servers count from 1 again after a restart.
      const payload = data.length > COMPARED ? `${data.length}` : data
      overlapping &&= ids.some((known, n) => known === self.id && types[n] === type && payloads[n] === payload)
      if (overlapping) return true
      const slot = count++ % REMEMBERED
      ids[slot] = self.id
      types[slot] = type
      payloads[slot] = payload
      return false
    },
  }
  return self
}

/** Whether one of our server's ids, which are `<epoch>-<seq>`, lies at or behind another. */
export function isBehind(id: string, other: string): boolean {
  const dash = id.lastIndexOf('-') + 1
  return dash > 0 && other.startsWith(id.slice(0, dash)) && +id.slice(dash) <= +other.slice(dash)
}

/** Whether an id looks like one that our server mints, so that its `connected` may be waited for. */
export const isOurs = (id: string): boolean => /^[a-z0-9]{8,}-\d+$/.test(id)

/**
 * The id as a header value: its UTF-8 bytes, one per character, since a header is a byte string and `fetch`
 * throws on anything above U+00FF (Fetch 5.1). Undefined if a header cannot carry it unchanged.
 */
export function headerValue(id: string): string | undefined {
  const bytes = String.fromCharCode(...new TextEncoder().encode(id.slice(0, 1024)))
  return id.length < 1024 && /^[!-~\x80-\xff]([ -~\x80-\xff]*[!-~\x80-\xff])?$/.test(bytes) ? bytes : undefined
}

/** `url` with one query parameter set, at the end. The others stay letter by letter: the URL may be signed. */
export function withParam(url: string, name: string, value: string): string {
  const target = new URL(url)
  const pair = (value: string): string => `${encodeURIComponent(name)}=${value}`
  const others = target.search
    .slice(1)
    .split('&')
    .filter((each) => each && !each.startsWith(pair('')))
  target.search = [...others, pair(encodeURIComponent(value))].join('&')
  return target.href
}
