import type { Introduction } from '../../server/wire/frames.ts'
import type { MockRequest } from '../request/request.ts'
import { grantTopics } from './post.ts'
import type { Replay, SentEvent } from './replay.ts'

/** How a stream begins that no script is for. */
export interface Welcome {
  readonly introduction: Introduction
  /** The log does not know the last event id of the client. */
  readonly isUnknown: boolean
  /** The events that were sent after that id. Everything, if the id is unknown and the client cannot be notified of a gap. */
  readonly missed: readonly SentEvent[]
}

/**
 * @param clientId - The name of this connection.
 * @param log - The events that were sent; undefined if nothing is kept.
 * @param introduces - Whether the stream begins with `connected`.
 */
export function welcome(
  { lastEventId, query }: MockRequest,
  clientId: string,
  log: Replay | undefined,
  introduces: boolean,
): Welcome {
  const missed = log && lastEventId ? log.after(lastEventId) : []
  const recovered = lastEventId !== '' && missed !== undefined
  return {
    introduction: {
      v: 1,
      clientId,
      epoch: 'mock0000',
      // A client that was not resumed stands where the log ends.
      cursor: log && !recovered ? log.last : lastEventId,
      recovered,
      ...grantTopics(query.topics?.split(',').filter(Boolean) ?? []),
    },
    isUnknown: missed === undefined,
    missed: missed ?? (introduces ? [] : (log?.all ?? [])),
  }
}
