import type { Publish, PublishOptions, Shapes } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import { createShapes } from '../../../server/publish/shapes.ts'

function setup() {
  const published: unknown[] = []
  const publish = vi.fn<Publish<Record<string, unknown>>>(async (...args) => {
    published.push(args)
    return { id: 'e-1', delivered: 3 }
  })
  const failed = vi.fn()
  return { shapes: createShapes(publish, () => 5, failed), publish, published, failed }
}

const COMMON = { priority: 'normal', timestamp: 5 }

describe('a shape', () => {
  it.each<[what: string, send: (shapes: Shapes) => Promise<unknown>, type: string, data: object, options: object]>([
    ['notification', (to) => to.notification('hi'), 'notification', { message: 'hi', level: 'info', ...COMMON }, {}],
    [
      'notification for somebody',
      (to) => to.notification('hi', 'error', { userId: 'ada', priority: 'high' }),
      'notification',
      { message: 'hi', level: 'error', priority: 'high', timestamp: 5 },
      { userId: 'ada' },
    ],
    [
      'notification that may be lost',
      (to) => to.notification('hi', undefined, { volatile: true, key: 'k' }),
      'notification',
      { message: 'hi', level: 'info', ...COMMON },
      { volatile: true, key: 'k' },
    ],
    ['alert', (to) => to.alert('fire', 'run'), 'alert', { title: 'fire', message: 'run', ...COMMON }, {}],
    [
      'alert of a topic',
      (to) => to.alert('fire', 'run', { topic: 'floor.2', priority: 'urgent' }),
      'alert',
      { title: 'fire', message: 'run', priority: 'urgent', timestamp: 5 },
      { topic: 'floor.2' },
    ],
    ['system', (to) => to.system('bye'), 'system', { message: 'bye', level: 'info', ...COMMON }, {}],
    [
      'system with a level',
      (to) => to.system('bye', 'warning', { priority: 'low', tenant: 'acme' }),
      'system',
      { message: 'bye', level: 'warning', priority: 'low', timestamp: 5 },
      { tenant: 'acme' },
    ],
    [
      'update, to those who want to know of the resource',
      (to) => to.update('orders', 'created', { id: 7 }),
      'update',
      { resource: 'orders', action: 'created', data: { id: 7 }, ...COMMON },
      { resource: 'orders' },
    ],
    [
      'update without data',
      (to) => to.update('orders', 'deleted'),
      'update',
      { resource: 'orders', action: 'deleted', data: null, ...COMMON },
      { resource: 'orders' },
    ],
  ])('%s', async (_, send, type, data, options) => {
    const { shapes, published } = setup()
    expect(await send(shapes)).toEqual({ id: 'e-1', delivered: 3 })
    expect(published).toStrictEqual([[type, data, options]])
  })

  it.each<[options: PublishOptions & { priority?: 'low' }, target: PublishOptions]>([
    [{}, { resource: 'orders' }],
    [{ priority: 'low' }, { resource: 'orders' }],
    [
      { key: 'k', volatile: true },
      { key: 'k', volatile: true, resource: 'orders' },
    ],
    [{ except: 'c1' }, { except: 'c1', resource: 'orders' }],
    [{ userId: 'ada' }, { userId: 'ada' }],
    [{ topic: 'x', priority: 'low' }, { topic: 'x' }],
    [
      { tenant: 'acme', except: 'c1' },
      { tenant: 'acme', except: 'c1' },
    ],
    [{ clientIds: [] }, { clientIds: [] }],
    [{ resource: 'jobs' }, { resource: 'jobs' }],
  ])('about a resource goes, with %j, to %j', async (options, target) => {
    const { shapes, published } = setup()
    await shapes.update('orders', 'created', null, options)
    expect(published).toStrictEqual([['update', expect.anything(), target]])
    const { priority: _, ...rest } = options
    await shapes.notifyAfter('orders', () => {}, rest)()
    expect(published[1]).toStrictEqual(['table-update', { resource: 'orders' }, target])
  })

  it('keeps a field that has no value, so that it is refused and not for everybody', async () => {
    const { shapes, published } = setup()
    await shapes.update('orders', 'created', 1, { userId: undefined } as unknown as PublishOptions)
    expect(published).toStrictEqual([['update', expect.anything(), { userId: undefined }]])
  })

  it('passes on what publishing throws', async () => {
    const { shapes, publish } = setup()
    publish.mockRejectedValue(new TypeError('userId wants a string'))
    await expect(shapes.notification('hi')).rejects.toThrow('userId wants a string')
  })
})

describe('notifyAfter', () => {
  it('passes on what the function takes and returns, and publishes when it has succeeded', async () => {
    const { shapes, published } = setup()
    let finish = (_: string): void => {}
    const mutation = vi.fn((_a: number, _b: string) => new Promise<string>((resolve) => (finish = resolve)))
    const rename = shapes.notifyAfter('orders', mutation)
    expect(mutation).not.toHaveBeenCalled()
    const done = rename(7, 'x')
    await Promise.resolve()
    expect(mutation.mock.calls).toEqual([[7, 'x']])
    expect(published).toEqual([])
    finish('renamed')
    expect(await done).toBe('renamed')
    expect(published).toStrictEqual([['table-update', { resource: 'orders' }, { resource: 'orders' }]])
  })

  it.each<[what: string, mutation: () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('taken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('taken'))],
  ])('publishes nothing if the function %s', async (_, mutation) => {
    const { shapes, published } = setup()
    await expect(shapes.notifyAfter('orders', mutation)()).rejects.toThrow('taken')
    expect(published).toEqual([])
  })

  it('does not make a failure of what was done', async () => {
    const { shapes, publish, failed } = setup()
    publish.mockRejectedValue(new Error('disk'))
    expect(await shapes.notifyAfter('orders', () => 7)()).toBe(7)
    expect(failed.mock.calls).toEqual([[new Error('disk')]])
  })

  it('has returned only when it has been published', async () => {
    const { shapes, publish } = setup()
    let written = (): void => {}
    publish.mockReturnValue(new Promise((resolve) => (written = () => resolve({ id: '', delivered: 0 }))))
    const told = vi.fn()
    const done = shapes
      .notifyAfter('orders', () => 7)()
      .then(told)
    for (let n = 0; n < 10; n++) await Promise.resolve()
    expect(told).not.toHaveBeenCalled()
    written()
    await done
    expect(told).toHaveBeenCalledWith(7)
  })

  it('is refused at once for a name that no resource can have', () => {
    const { shapes } = setup()
    for (const name of ['', 'a b', '*', undefined])
      expect(() => shapes.notifyAfter(name as string, () => {})).toThrow(/^resource wants a topic/)
  })
})
