import { systemClock } from '../../src/base/clock.ts'
import { callSafely } from '../../src/base/errors.ts'
import type { Clock } from '../../src/index.ts'
import { checkNames } from '../log/names.ts'
import { withoutHolding } from '../log/without-holding.ts'
import { shown } from '../wire/shown.ts'

/** Where a log on disk is, and how much it keeps. */
export interface FileLogOptions {
  /** A folder for this log alone. If it does not exist, the log makes it, for its owner alone. One log at a time can use it. */
  readonly path: string
  /**
   * How many events can be replayed. 0: none. Infinity: no limit. Files are deleted whole, so up to an eighth more is on disk.
   * @defaultValue 100_000
   */
  readonly size?: number | undefined
  /**
   * For how long events can be replayed, in milliseconds. They are deleted a quarter of that time later at the latest. 0 or
   * Infinity: no limit.
   * @defaultValue Infinity
   */
  readonly maxAge?: number | undefined
  /**
   * When an event is on the device, so that it survives a power failure. Every setting survives the end of the process.
   * `'always'`: before any client gets it. Events that are published together wait together. `'interval'`: a second later at the
   * latest. A number: that many milliseconds later at the latest. `false`: when the operating system writes it, often half a minute
   * later.
   * @defaultValue 'interval'
   */
  readonly fsync?: 'always' | 'interval' | number | false | undefined
  /**
   * Called with a text for each repair, and for each failure that no `append` can reject with.
   * @defaultValue `console.warn`
   */
  readonly onWarning?: ((text: string) => void) | undefined
  /** Time, for tests. */
  readonly clock?: Clock | undefined
}

/** Options, checked and with their defaults filled in. */
export interface FileLogSettings {
  readonly path: string
  readonly size: number
  /** Infinity: no limit. */
  readonly maxAge: number
  /** Waits for the device before anybody hears of an event. */
  readonly always: boolean
  /** The device has an event so many milliseconds later at the latest. Infinity: that is not asked for. */
  readonly interval: number
  readonly clock: Clock
  warn(text: string): void
}

const NAMES = ['path', 'size', 'maxAge', 'fsync', 'onWarning', 'clock']

/** `fsync: 'interval'`, in milliseconds. */
const INTERVAL = 1000

const isLimit = (value: unknown): value is number => typeof value === 'number' && value >= 0

function checkLogOptions({
  path,
  size,
  maxAge,
  fsync,
}: Pick<FileLogOptions, 'path' | 'size' | 'maxAge' | 'fsync'>): void {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`path expects the name of a folder, got ${shown(path)}`)
  for (const [name, value] of Object.entries({ size, maxAge }))
    if (!isLimit(value)) throw new TypeError(`${name} expects a number from 0, got ${shown(value)}`)
  const isFit =
    fsync === 'always' || fsync === 'interval' || fsync === false || (isLimit(fsync) && fsync > 0 && fsync < Infinity)
  if (!isFit)
    throw new TypeError(
      `fsync expects 'always', 'interval', milliseconds greater than 0, or false, got ${shown(fsync)}`,
    )
}

/** @throws TypeError for an option that cannot work, or does not exist. */
export function resolveFileLogOptions(options: FileLogOptions): FileLogSettings {
  checkNames('fileLog', NAMES, options)
  const { path, size = 100_000, maxAge = Infinity, fsync = 'interval', onWarning = console.warn } = options
  checkLogOptions({ path, size, maxAge, fsync })
  return {
    path,
    size,
    maxAge: maxAge || Infinity,
    always: fsync === 'always',
    interval: fsync === 'interval' ? INTERVAL : typeof fsync === 'number' ? fsync : Infinity,
    clock: withoutHolding(options.clock ?? systemClock),
    warn: (text) => callSafely(onWarning, `headwater: ${text}`),
  }
}
