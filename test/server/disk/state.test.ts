import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bootId, keepsEpoch, readState, type State, writeState } from '../../../server/disk/state.ts'
import { folder } from '../../support/folder.ts'

const closed = (head: number, epoch = 'e'): State => ({ kind: 'closed', epoch, head })
const running = (sync: 'always' | 'sometimes', boot: string): State => ({ kind: 'running', sync, boot })

it.each<[what: string, state: State | undefined, boot: string, damaged: boolean, keeps: boolean]>([
  ['was closed with these events', closed(5), 'b', false, true],
  ['was closed, and the machine has been started again since', closed(5), 'c', false, true],
  ['was closed with more events than there are', closed(6), 'b', false, false],
  ['was closed with fewer events than there are', closed(4), 'b', false, false],
  ['was closed under another epoch', closed(5, 'f'), 'b', false, false],
  ['was closed, and its last event is damaged', closed(5), 'b', true, false],
  ['was killed, and the machine has run on', running('sometimes', 'b'), 'b', false, true],
  ['was killed with the machine', running('sometimes', 'b'), 'c', false, false],
  ['was killed, and nobody knows whether the machine has run on', running('sometimes', ''), '', false, false],
  ['was killed, and had every event on the device', running('always', 'b'), 'b', false, true],
  ['was killed with the machine, and had every event on the device', running('always', 'b'), 'c', false, true],
  ['had every event on the device, wherever that was', running('always', ''), '', false, true],
  ['had every event on the device, and its last one is damaged', running('always', 'b'), 'b', true, false],
  ['left no word', undefined, 'b', false, false],
])('a log that %s', (_, state, boot, damaged, keeps) => {
  expect(keepsEpoch(state, { epoch: 'e', head: 5, damaged }, boot)).toBe(keeps)
})

it('keeps its last words, and has none if they are damaged', () => {
  const path = folder()
  expect(readState(path)).toBeUndefined()
  writeState(path, running('always', 'b'))
  expect(readState(path)).toMatchObject(running('always', 'b'))
  writeState(path, closed(7))
  expect(readState(path)).toMatchObject(closed(7))
  writeFileSync(join(path, 'state.json'), '{"kind":"closed"')
  expect(readState(path)).toBeUndefined()
})

it('names the run of the operating system, the same each time', () => {
  expect(bootId()).toBe(bootId())
})
