import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isHeld, takeLock } from '../../../server/disk/lock.ts'
import { folder } from '../../support/folder.ts'

/** The number of a process that has ended. */
const ended = (): number => spawnSync(process.execPath, ['--version']).pid

it('is taken once, and again after it was given back', () => {
  const path = folder()
  const unlock = takeLock(path)
  expect(() => takeLock(path)).toThrow(`${path} is in use by this process`)
  unlock()
  expect(existsSync(join(path, 'lock'))).toBe(false)
  takeLock(path)()
})

it('is taken over from a process that has ended', () => {
  const path = folder()
  writeFileSync(join(path, 'lock'), `${ended()} 12345\n`)
  const unlock = takeLock(path)
  expect(readFileSync(join(path, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  unlock()
})

it('is not taken from a process that runs', () => {
  const path = folder()
  writeFileSync(join(path, 'lock'), `${process.ppid} \n`)
  expect(() => takeLock(path)).toThrow(`${path} is in use by process ${process.ppid}: only one log at a time`)
})

it.each(['', 'x', '0 5', '-1 5', '1.5 5', '{"pid":1}'])('is taken over if nobody can have written it: %j', (text) => {
  const path = folder()
  writeFileSync(join(path, 'lock'), text)
  takeLock(path)()
})

// Only Linux tells when a process was started.
it.skipIf(!existsSync('/proc/self/stat'))(
  'is stale where the number is that of a process that was started at another time',
  () => {
    const own = readFileSync(`/proc/${process.pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19]
    expect(isHeld(`${process.pid} ${own}\n`, '/p')).toBe(true)
    expect(isHeld(`${process.pid} 1\n`, '/p')).toBe(false)
  },
)

it('given back twice does not take it from the next one', () => {
  const path = folder()
  const unlock = takeLock(path)
  unlock()
  const other = takeLock(path)
  expect(existsSync(join(path, 'lock'))).toBe(true)
  other()
})
