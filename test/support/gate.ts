import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/*
 * A gate in front of a server: connections go through it, and a test closes it, loses an answer, or lets nothing through any more.
 */

export interface Gate {
  readonly port: number
  /** Cuts all connections, and lets no other in. */
  close(): void
  open(): void
  /** Connections with a request that has this text in it, and no answer yet, get none until `release`. They stay open. */
  hold(text: string): void
  /** How many pieces of answers are held. */
  readonly held: number
  release(): void
  /** Connections that are open stay open, and nothing passes through those that have sent this text, in either direction, for good. */
  swallow(text: string): void
  /** Cuts a connection as soon as the server has answered a request that has this text in it. The answer is lost. */
  loseAnswerTo(text: string): void
}

/** A connection through the gate. */
interface Pipe {
  /** What it has sent since the last answer: requests may come together. */
  asked: string
  /** All that it has sent. */
  all: string
  isDead: boolean
  /** Answers that wait. */
  readonly held: (() => void)[]
}

/** @param port - Of the server. */
export async function openGate(port: number): Promise<Gate> {
  const sockets = new Set<Socket>()
  let isOpen = true
  let lost: string | undefined
  let held: string | undefined
  const pipes = new Set<Pipe>()

  const server = createServer((socket) => {
    if (!isOpen) return void socket.destroy()
    const inner = connect(port, '127.0.0.1')
    let isDoomed = false
    const pipe: Pipe = { asked: '', all: '', isDead: false, held: [] }
    pipes.add(pipe)
    const cut = (): void => {
      socket.destroy()
      inner.destroy()
    }
    for (const each of [socket, inner]) {
      sockets.add(each)
      each.on('error', () => {})
      each.on('close', () => {
        sockets.delete(each)
        pipes.delete(pipe)
        cut()
      })
    }
    socket.on('data', (bytes) => {
      if (lost !== undefined && bytes.includes(lost)) {
        isDoomed = true
        lost = undefined
      }
      pipe.asked += bytes
      pipe.all += bytes
      if (!pipe.isDead) inner.write(bytes)
    })
    inner.on('data', (bytes) => {
      if (isDoomed) cut()
      else if (pipe.held.length || (held !== undefined && pipe.asked.includes(held)))
        pipe.held.push(() => socket.write(bytes))
      else if (!pipe.isDead) {
        pipe.asked = ''
        socket.write(bytes)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      isOpen = false
      for (const socket of sockets) socket.destroy()
    },
    open: () => {
      isOpen = true
    },
    hold: (text) => {
      held = text
    },
    get held() {
      return [...pipes].reduce((sum, pipe) => sum + pipe.held.length, 0)
    },
    release() {
      held = undefined
      for (const pipe of pipes) {
        if (pipe.held.length) pipe.asked = ''
        for (const go of pipe.held.splice(0)) go()
      }
    },
    swallow(text) {
      for (const pipe of pipes) pipe.isDead ||= pipe.all.includes(text)
    },
    loseAnswerTo: (text) => {
      lost = text
    },
  }
}
