import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/*
 * A gate in front of a server: connections go through it, and a test closes it or loses an answer.
 */

export interface Gate {
  readonly port: number
  /** Cuts all connections, and lets no other in. */
  close(): void
  open(): void
  /** Cuts a connection as soon as the server has answered a request that has this text in it. The answer is lost. */
  loseAnswerTo(text: string): void
}

/** @param port - Of the server. */
export async function openGate(port: number): Promise<Gate> {
  const sockets = new Set<Socket>()
  let isOpen = true
  let lost: string | undefined

  const server = createServer((socket) => {
    if (!isOpen) return void socket.destroy()
    const inner = connect(port, '127.0.0.1')
    let isDoomed = false
    const cut = (): void => {
      socket.destroy()
      inner.destroy()
    }
    for (const each of [socket, inner]) {
      sockets.add(each)
      each.on('error', () => {})
      each.on('close', () => {
        sockets.delete(each)
        cut()
      })
    }
    socket.on('data', (bytes) => {
      if (lost !== undefined && bytes.includes(lost)) {
        isDoomed = true
        lost = undefined
      }
      inner.write(bytes)
    })
    inner.on('data', (bytes) => (isDoomed ? cut() : socket.write(bytes)))
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
    loseAnswerTo: (text) => {
      lost = text
    },
  }
}
