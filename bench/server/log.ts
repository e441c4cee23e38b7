import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type EventLog, type LogRecord, memoryLog } from '../../server/index.ts'
import { fileLog } from '../../server/node.ts'
import { quantile } from '../quantile.ts'
import { table } from '../table.ts'

/*
 * `npm run bench:log [-- --path /where/the/disk/is --rounds 5]`: how many events a second a log takes, and how long a log on
 * disk takes to be read.
 */

const { values } = parseArgs({ options: { path: { type: 'string' }, rounds: { type: 'string' } } })
const rounds = Number(values.rounds ?? 5)

/** An event of 200 characters, as the other figures have. */
const record: LogRecord = {
  type: 'order.updated',
  json: JSON.stringify('x'.repeat(198)),
  to: { topic: 'orders' },
  at: 0,
}

/** A second of each is enough: what waits for the device is slow. */
const SECOND = 1000

/** @returns Events a second, `burst` of them together, each burst after the one before. */
async function measure(log: EventLog, burst: number): Promise<number> {
  const begin = performance.now()
  let count = 0
  let took = 0
  while (took < SECOND) {
    await Promise.all(Array.from({ length: burst }, () => log.append(record)))
    count += burst
    took = performance.now() - begin
  }
  return (count * 1000) / took
}

async function inFolder<T>(act: (path: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(values.path ?? tmpdir(), 'headwater-bench-'))
  try {
    return await act(path)
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

async function append(fsync: 'always' | 'interval' | false, burst: number): Promise<number> {
  return inFolder(async (path) => {
    const log = fileLog({ path, fsync })
    const rate = await measure(log, burst)
    await log.close()
    return rate
  })
}

async function median(act: () => Promise<number>): Promise<number> {
  const all: number[] = []
  for (let round = 0; round < rounds; round++) all.push(await act())
  return quantile(all, 0.5)
}

const BURSTS = [1, 10, 100, 1000]
const KINDS: readonly (readonly [string, (burst: number) => Promise<number>])[] = [
  ["`fsync: 'always'`", (burst) => append('always', burst)],
  ["`fsync: 'interval'`", (burst) => append('interval', burst)],
  ['`fsync: false`', (burst) => append(false, burst)],
  ['`memoryLog`', (burst) => measure(memoryLog(), burst)],
]
const lines: string[][] = []
for (const [name, act] of KINDS) {
  const rates: string[] = []
  for (const burst of BURSTS) rates.push(Math.round(await median(() => act(burst))).toLocaleString('en'))
  lines.push([name, ...rates])
}

console.log(
  `Events a second, median of ${rounds} rounds, Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores`,
)
console.log(table(['', ...BURSTS.map((burst) => `${burst} together`)], lines))

/** How long a log of 100,000 events takes to open, and its oldest 100 to be read. */
await inFolder(async (path) => {
  const log = fileLog({ path, fsync: false })
  for (let n = 0; n < 100; n++) await Promise.all(Array.from({ length: 1000 }, () => log.append(record)))
  await log.close()
  const opening = performance.now()
  const again = fileLog({ path, fsync: false })
  const opened = performance.now() - opening
  const reading = performance.now()
  for (let n = 0; n < 100; n++) await again.read(n * 100, 100)
  console.log(
    `100,000 events: opened in ${opened.toFixed(0)} ms, 100 old ones read in ${((performance.now() - reading) / 100).toFixed(2)} ms`,
  )
  await again.close()
})
