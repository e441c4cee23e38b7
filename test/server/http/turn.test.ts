import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { inTurn } from '../../../server/http/turn.ts'

interface Line {
  destroyed: boolean
  destroy(): void
}

const line = (): Line => ({
  destroyed: false,
  destroy() {
    this.destroyed = true
  },
})

function ask(socket: Line, own: unknown = null, httpVersionMajor = 1) {
  const request = Object.assign(new EventEmitter(), { socket, httpVersionMajor })
  const response = Object.assign(new EventEmitter(), { socket: own })
  return { request, response, turn: inTurn(request, response) }
}

describe('the turn of a request', () => {
  it('is now if its response has a socket', () => {
    const socket = line()
    expect(ask(socket, socket).turn).toBe(true)
  })

  it('is now over HTTP/2, where answers do not wait for each other', () => {
    expect(ask(line(), null, 2).turn).toBe(true)
  })

  it('comes when its response gets the socket', async () => {
    const { response, turn } = ask(line())
    response.emit('socket')
    expect(await turn).toBe(true)
  })

  it('never comes if the socket is closed', async () => {
    const socket = line()
    const { request, turn } = ask(socket)
    socket.destroy()
    request.emit('close')
    expect(await turn).toBe(false)
    expect(ask(socket).turn).toBe(false)
  })

  it('still comes if only the body of the request has ended', async () => {
    const { request, response, turn } = ask(line())
    request.emit('close')
    response.emit('socket')
    expect(await turn).toBe(true)
  })

  it('is waited for by 16 requests. The socket of the next one is closed', () => {
    const socket = line()
    for (let n = 0; n < 16; n++) expect(ask(socket).turn).toBeInstanceOf(Promise)
    expect(socket.destroyed).toBe(false)
    expect(ask(socket).turn).toBe(false)
    expect(socket.destroyed).toBe(true)
  })

  it('is waited for by any number of requests if no more than 16 do at a time', async () => {
    const socket = line()
    for (let n = 0; n < 100; n++) {
      const { request, response, turn } = ask(socket)
      response.emit('socket')
      await turn
      request.emit('close')
    }
    expect(socket.destroyed).toBe(false)
  })

  it('is counted for each socket', () => {
    for (let n = 0; n < 100; n++) expect(ask(line()).turn).toBeInstanceOf(Promise)
  })
})
