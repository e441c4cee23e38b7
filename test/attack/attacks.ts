import { callbacks } from './attacks/callbacks.ts'
import { compression } from './attacks/compression.ts'
import { controlEvents } from './attacks/control.ts'
import { events } from './attacks/events.ts'
import { headers } from './attacks/headers.ts'
import { ids } from './attacks/ids.ts'
import { lines } from './attacks/lines.ts'
import { names } from './attacks/names.ts'
import { posts } from './attacks/posts.ts'
import { redirects } from './attacks/redirects.ts'
import { resets } from './attacks/resets.ts'
import type { Attack } from './case.ts'

/** All attacks, in the order in which they run. */
export const ATTACKS: readonly Attack[] = [
  ...[headers, lines, events, names, ids, controlEvents, redirects, compression, resets, posts, callbacks],
]
