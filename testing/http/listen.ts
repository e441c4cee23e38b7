import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Has a server listen.
 * @returns The port, also where it was left to the system.
 * @throws Error in words, with the system's `code`, and its error as cause.
 */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const { code } = cause
      reject(Object.assign(new Error(explain(cause, port, host), { cause }), { code }))
    })
    server.listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

function explain({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === 'EADDRINUSE') return `port ${port} is in use: take another, or 0 for a free one`
  if (code === 'EACCES') return `port ${port} needs privileges here: take one above 1023, or 0 for a free one`
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL' || code === 'EAI_AGAIN')
    return `${host} is no address of this machine: 127.0.0.1 is for this machine alone, 0.0.0.0 for all its networks`
  return `cannot listen on ${host}, port ${port}: ${message}`
}

/** Where to reach a server that listens on an address, from this machine. */
export function urlOf(host: string, port: number): string {
  // These are no addresses to connect to, but stand for all there are.
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
