import type { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { isPassing, isSent, Link } from '../../../server/redis/link.ts'

/** A connection to a client of ioredis that answers when it is told to. */
function start(parts: { readonly status?: string; readonly isCluster?: boolean } = {}) {
  const answers: { resolve(answer: unknown): void; reject(error: Error): void }[] = []
  const listeners = new Map<string, (argument?: unknown) => void>()
  const disconnect = vi.fn()
  const client = {
    status: 'ready',
    isCluster: false,
    ...parts,
    duplicate: () => client,
    on: (name: string, listener: (argument?: unknown) => void) => listeners.set(name, listener),
    call: () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
    disconnect,
  }
  // Only the parts that a link uses.
  return {
    link: new Link(client as unknown as Redis),
    disconnect,
    emit: (name: string, argument?: unknown) => listeners.get(name)?.(argument),
    answer: (value: unknown) => answers.shift()?.resolve(value),
    fail: (error: Error) => answers.shift()?.reject(error),
  }
}

describe('a connection to Redis', () => {
  it('is given up if a call gets no answer', async () => {
    const { link, disconnect } = start()
    await expect(link.call('get', ['a'], 1)).rejects.toThrow('no answer within 1 ms')
    expect(disconnect.mock.calls).toEqual([[true]])
  })

  it('has the error of its node as the reason why a cluster cannot be reached, until it can be', () => {
    const { link, emit } = start({ isCluster: true })
    const refused = new Error('connect ECONNREFUSED')
    emit('node error', refused)
    emit('node error', new Error('Connection is closed.'))
    expect(link.error).toBeUndefined()
    emit('error', new Error('Failed to refresh slots cache.'))
    expect(link.error).toBe(refused)
    emit('ready')
    expect(link.error).toBeUndefined()
    const other = new Error('Failed to refresh slots cache.')
    emit('error', other)
    expect(link.error).toBe(other)
  })

  it('stays if only the patience of the caller is over, who hears that Redis may have the command', async () => {
    const { link, disconnect } = start()
    const error: unknown = await link.call('get', ['a'], 1_000_000, 1).catch((reason) => reason)
    expect([`${error}`, isSent(error)]).toEqual(['Error: no answer within 1 ms', true])
    expect(disconnect).not.toHaveBeenCalled()
  })

  it('gives the answer that comes in time', async () => {
    const { link, answer } = start()
    const found = link.call('get', ['a'], 1_000_000, 500_000)
    answer('1')
    expect(await found).toBe('1')
  })

  it('has sent nothing that counts if the nodes of a cluster only send a command to each other', async () => {
    const { link, fail } = start()
    const found = link.call('eval', ['return 1'], 1_000_000).catch((reason) => reason)
    fail(new Error('Too many Cluster redirections. Last error: ReplyError: TRYAGAIN Multiple keys request'))
    const error: unknown = await found
    expect([`${error}`, isPassing(error), isSent(error)]).toEqual([
      'Error: TRYAGAIN Multiple keys request',
      true,
      false,
    ])
  })

  it('may have sent a command if it is lost after redirections', async () => {
    const { link, fail } = start()
    const found = link.call('eval', ['return 1'], 1_000_000).catch((reason) => reason)
    fail(new Error('Too many Cluster redirections. Last error: Error: Connection is closed.'))
    const error: unknown = await found
    expect([`${error}`, isPassing(error), isSent(error)]).toEqual(['Error: the connection was lost', true, true])
  })

  it.each([
    ['a connection of a cluster that looks up its nodes', true, 'connecting', 0],
    ['a connection of a cluster', true, 'ready', 1],
    ['a connection that is being made', false, 'connecting', 1],
    ['a connection that has been closed', false, 'end', 0],
  ])('%s is made again only if ioredis then connects', (_, isCluster, status, count) => {
    const { link, disconnect } = start({ isCluster, status })
    link.reconnect()
    expect(disconnect).toHaveBeenCalledTimes(count)
  })
})
