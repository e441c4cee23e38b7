import type { Connect } from '../streams/open.ts'
import type { ContentCoding } from './compress.ts'
import type { Known } from './verdict.ts'

/*
 * The seam to what serves a hub: Node, or a platform with Request and Response.
 */

/** The host's facts about a request, and about itself. */
export interface Host extends Known {
  /**
   * How it can compress a stream, best first. It does so where `connect` gets the header `content-encoding`.
   * @defaultValue not at all
   */
  readonly codings?: readonly ContentCoding[]
}

/**
 * Answers a request. A stream is begun by `connect`, and then there is nothing to return; anything else is a Response.
 */
export type Accept = (request: Request, connect: Connect, host?: Host) => Promise<Response | undefined>
