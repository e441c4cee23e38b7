import type { SSEUrl } from '../transports/request.ts'
import type { TopicRefused } from './topics.ts'

/** The part of a client that is special to a server that speaks docs/protocol.md. */
export interface HubOptions {
  /**
   * Topics that the client joins as long as it is connected. Others come with `topic()`. A name has up to 200 letters, digits and
   * `. _ : / -`. `orders.*` is everything under it, and `*` is everything.
   * @defaultValue []
   */
  readonly topics?: readonly string[] | undefined
  /**
   * Where changes of the topics are sent, while the stream is open.
   * @defaultValue the stream's own URL
   */
  readonly topicsUrl?: SSEUrl | undefined
  /**
   * Where `send()` sends events.
   * @defaultValue the stream's own URL
   */
  readonly sendUrl?: SSEUrl | undefined
  /**
   * Called for each topic that the server does not grant, each time that it says so: with every connection and every change of
   * the topics. The other topics and the stream go on.
   * @defaultValue the error goes to `reportError`
   */
  readonly onTopicRefused?: ((error: TopicRefused) => void) | undefined
}
