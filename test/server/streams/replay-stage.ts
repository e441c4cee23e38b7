import type { Client } from '../../../server/audience/client.ts'
import { catchUp } from '../../../server/streams/replay.ts'
import { createTurns } from '../../../server/streams/turns.ts'
import { type Stage, stage, type TestClientOptions } from '../../support/hub.ts'

/** A client of a hub, and its replay, not yet begun. */
export function setup(
  parts: Stage = stage(),
  options: TestClientOptions = {},
  turns = createTurns(parts.clock),
  missed: (client: Client) => void = () => {},
) {
  const { log, delivery, join } = parts
  const client = join({ live: false, ...options })
  const send = (to: Client, frame: Uint8Array): void => {
    if (!to.ended && !to.outlet.send(frame)) to.ended = 'overflow'
  }
  return { ...parts, client, sink: client.sink, run: () => catchUp(client, { log, delivery, turns, send, missed }) }
}

/** So many events, of which each carries its number. */
export async function fill({ append }: Pick<Stage, 'append'>, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await append(n)
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)
