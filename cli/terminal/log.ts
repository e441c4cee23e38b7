import type { Clock } from '../../src/index.ts'
import type { Paint } from './palette.ts'
import { clockTime } from './time.ts'

/** Lines on stderr, as many as the options want. */
export interface Log {
  readonly paint: Paint
  /** The events of the connection. */
  note(text: string): void
  /** Only with --verbose. */
  detail(lines: readonly string[]): void
  /** Always, with --quiet too. */
  say(text: string): void
}

export function createLog(
  stderr: { write(text: string): unknown },
  verbosity: 'quiet' | 'normal' | 'verbose',
  clock: Pick<Clock, 'now'>,
  paint: Paint,
): Log {
  const say = (text: string): void => {
    stderr.write(`${text}\n`)
  }
  const time = (): string => paint('dim', clockTime(clock.now()))
  return {
    paint,
    say,
    note(text) {
      if (verbosity !== 'quiet') say(`${time()} ${paint('dim', '--')} ${text}`)
    },
    detail(lines) {
      if (verbosity !== 'verbose') return
      for (const line of lines) say(`${time()} ${paint('dim', line)}`)
    },
  }
}
