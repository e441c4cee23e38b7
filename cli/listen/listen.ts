import type { Host } from '../host.ts'
import { createLog } from '../terminal/log.ts'
import { createPaint } from '../terminal/palette.ts'
import { resumeHint } from './notices/notices.ts'
import { readListenOptions } from './options/options.ts'
import { readRequest } from './options/request.ts'
import { Session } from './session.ts'
import { statsTable } from './stats/stats-table.ts'
import { createTally } from './stats/tally.ts'

/**
 * `headwater listen`: runs until there is a reason to end.
 * @returns The exit code.
 * @throws UsageError
 */
export async function listen(argv: readonly string[], host: Host): Promise<number> {
  const { clock, stderr, stdin } = host
  const options = readListenOptions(argv)
  const request = await readRequest(options, stdin)
  const log = createLog(stderr, options.verbosity, clock, createPaint(stderr))
  const tally = createTally(clock)
  const { code, note, error, lastEventId } = await new Session({ options, request, host, log, tally }).run()
  if (note) log.note(`closed: ${note}`)
  if (options.stats) log.say(statsTable(tally.stats, clock.now(), lastEventId))
  // Nothing is written about a pipe that was closed.
  else if (lastEventId && (note || error)) log.note(resumeHint(lastEventId))
  if (error) log.say(`${log.paint('red', 'headwater:')} ${error}`)
  return code
}
