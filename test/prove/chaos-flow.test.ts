import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, expect, it } from 'vitest'
import { Flow } from './chaos/flow.ts'

/*
 * A socket that was paused gives all that it has kept in one turn. Whatever a fault does must hold for each of these pieces: a hole in
 * the bytes is no fault that TCP can have, and a client takes it for events that were never sent.
 */

const HEAD = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'

let from: PassThrough
let to: PassThrough
let flow: Flow
let passed: string

beforeEach(async () => {
  from = new PassThrough()
  to = new PassThrough()
  flow = new Flow(from, to)
  passed = ''
  to.on('data', (bytes: Buffer) => {
    passed += bytes.toString()
  })
  from.write(HEAD)
  await untilPassed(HEAD)
  passed = ''
})

/** Any number of turns: streams need one or two. */
async function untilPassed(text: string): Promise<void> {
  while (passed !== text) await turn()
}

/** These pieces wait, and then they come in one turn. */
function comeAtOnce(...pieces: readonly string[]): void {
  from.pause()
  for (const piece of pieces) from.write(piece)
  from.resume()
}

it('passes everything in order while nothing is to happen', async () => {
  comeAtOnce('4\r\n', 'abcd\r\n', '0\r\n\r\n')
  await untilPassed('4\r\nabcd\r\n0\r\n\r\n')
})

it('after: nothing follows the byte at which something happens', async () => {
  const acted = new Promise<void>((resolve) => flow.after(6, resolve))
  comeAtOnce('4\r\nabcd\r\n', '4\r\nefgh\r\n', '4\r\nijkl\r\n')
  await acted
  await untilPassed('4\r\nabc')
  from.end()
  await once(to, 'end')
  expect(passed).toBe('4\r\nabc')
})

it('truncate: nothing follows the last chunk', async () => {
  flow.truncate(3)
  comeAtOnce('4\r\nabcd\r\n', '4\r\nefgh\r\n', '4\r\nijkl\r\n')
  await once(to, 'end')
  expect(passed).toBe('3\r\nabc\r\n0\r\n\r\n')
})

it('heal: a truncation that has begun is carried out, since the rest of a chunk cannot follow', async () => {
  flow.truncate(6)
  comeAtOnce('4\r\nabcd\r\n')
  await untilPassed('4\r\nabcd\r\n')
  flow.heal()
  comeAtOnce('4\r\nefgh\r\n')
  await once(to, 'end')
  expect(passed).toBe('4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n')
})

it('heal: a truncation that has not begun does not happen', async () => {
  comeAtOnce('4\r\nab')
  await untilPassed('4\r\nab')
  flow.truncate(1)
  flow.heal()
  comeAtOnce('cd\r\n')
  await untilPassed('4\r\nabcd\r\n')
})
