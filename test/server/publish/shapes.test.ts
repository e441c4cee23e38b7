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
  // Its method needs its object, as that of a class does.
  const clock = {
    time: 5,
    now() {
      return this.time
    },
  }
  return { shapes: createShapes(publish, clock, failed), publish, published, failed }
}

const NAMES =
  'topic, resource, userId, sessionId, sessionIds, clientIds, tenant, except, key, volatile, window, persistent'
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
    [{ tenant: 'acme' }, { tenant: 'acme', resource: 'orders' }],
    [
      { tenant: 'acme', except: 'c1' },
      { tenant: 'acme', except: 'c1', resource: 'orders' },
    ],
    [
      { tenant: 'acme', userId: 'ada' },
      { tenant: 'acme', userId: 'ada' },
    ],
    [{ sessionId: 's' }, { sessionId: 's' }],
    [{ sessionIds: [] }, { sessionIds: [] }],
    [{ clientIds: [] }, { clientIds: [] }],
    [{ resource: 'jobs' }, { resource: 'jobs' }],
  ])('about a resource goes, with %j, to %j', async (options, target) => {
    const { shapes, published } = setup()
    await shapes.update('orders', 'created', null, options)
    expect(published).toStrictEqual([['update', expect.anything(), target]])
    const { priority: _, ...rest } = options
    await shapes.notifyAfter('orders', () => {}, rest)()
    await shapes.emitUpdate('orders', undefined, rest)
    const event = ['table-update', { resource: 'orders' }, target]
    expect(published.slice(1)).toStrictEqual([event, event])
  })

  it('keeps a field that has no value, so that it is refused and not for everybody', async () => {
    const { shapes, published } = setup()
    await shapes.update('orders', 'created', 1, { userId: undefined } as unknown as PublishOptions)
    expect(published).toStrictEqual([['update', expect.anything(), { userId: undefined }]])
  })

  it.each<[what: string, send: (shapes: Shapes) => Promise<unknown>, message: string]>([
    [
      'a level that does not exist',
      (to) => to.notification('hi', 'fatal' as 'error'),
      "level expects 'info' or 'success' or 'warning' or 'error', got \"fatal\"",
    ],
    [
      'a level of a system event that is null',
      (to) => to.system('hi', null as unknown as 'error'),
      "level expects 'info' or 'success' or 'warning' or 'error', got null",
    ],
    [
      'a priority that does not exist',
      (to) => to.alert('a', 'b', { priority: 'highest' as 'high' }),
      "priority expects 'low' or 'normal' or 'high' or 'urgent', got \"highest\"",
    ],
    [
      'a priority that is a name of every object',
      (to) => to.update('a', 'b', 1, { priority: 'constructor' as 'high' }),
      "priority expects 'low' or 'normal' or 'high' or 'urgent', got \"constructor\"",
    ],
    [
      'an option that does not exist',
      (to) => to.notification('hi', 'info', { user: 'ada' } as PublishOptions),
      `notification takes no user; it takes ${NAMES}, priority`,
    ],
    [
      'a priority of a table-update, which has none',
      (to) => to.emitUpdate('orders', 1, { priority: 'high' } as PublishOptions),
      `emitUpdate takes no priority; it takes ${NAMES}`,
    ],
    [
      'options that are a text',
      (to) => to.system('hi', 'info', 'ada' as PublishOptions),
      'system takes an object of options such as { userId: \'ada\' }, got "ada"',
    ],
    [
      'a resource that no topic can be, even where a target replaces it',
      (to) => to.emitUpdate('a b', 1, { userId: 'ada' }),
      'resource expects a topic (letters, marks and numbers of any script and . _ : / -, at most 200 characters), got "a b"; without resource it is everyone',
    ],
  ])('is refused for %s', async (_, send, message) => {
    const { shapes, published } = setup()
    await expect(send(shapes)).rejects.toThrow(new TypeError(message))
    expect(published).toEqual([])
  })

  it.each<[data: unknown, payload: object]>([
    [undefined, { resource: 'orders' }],
    [null, { resource: 'orders', data: null }],
    [0, { resource: 'orders', data: 0 }],
    [{ id: 7 }, { resource: 'orders', data: { id: 7 } }],
  ])('table-update has the data %j, or no such field', async (data, payload) => {
    const { shapes, published } = setup()
    expect(await shapes.emitUpdate('orders', data)).toEqual({ id: 'e-1', delivered: 3 })
    expect(published).toStrictEqual([['table-update', payload, { resource: 'orders' }]])
  })

  it('passes on what publishing throws', async () => {
    const { shapes, publish } = setup()
    publish.mockRejectedValue(new TypeError('userId expects a string'))
    await expect(shapes.notification('hi')).rejects.toThrow('userId expects a string')
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

  it('publishes data that it makes of the result', async () => {
    const { shapes, published, failed } = setup()
    const save = shapes.notifyAfter('orders', async (id: number) => ({ id, secret: 'x' }), {
      data: ({ id }) => ({ id }),
      tenant: 'acme',
    })
    expect(await save(7)).toEqual({ id: 7, secret: 'x' })
    expect(published).toStrictEqual([
      ['table-update', { resource: 'orders', data: { id: 7 } }, { tenant: 'acme', resource: 'orders' }],
    ])
    expect(failed).not.toHaveBeenCalled()
  })

  it.each<[what: string, data: () => unknown, error: Error]>([
    [
      'throws',
      () => {
        throw new Error('no id')
      },
      new Error('no id'),
    ],
    [
      'answers with a promise',
      () => Promise.reject(new Error('late')),
      new TypeError('data must answer at once, and it answered with a promise'),
    ],
  ])('publishes without data if the function that makes it %s', async (_, data, error) => {
    const { shapes, published, failed } = setup()
    expect(await shapes.notifyAfter('orders', () => 7, { data })()).toBe(7)
    expect(published).toStrictEqual([['table-update', { resource: 'orders' }, { resource: 'orders' }]])
    expect(failed.mock.calls).toEqual([[error]])
  })

  it.each<[what: string, mutation: unknown, options: unknown, message: RegExp]>([
    ['no function', 'save', {}, /^notifyAfter expects a function, got "save"$/],
    [
      'data that is no function',
      () => {},
      { data: { id: 7 } },
      /^data expects a function of the result, got an object/,
    ],
    ['a target without a value', () => {}, { userId: undefined }, /^userId expects a string, got undefined/],
    ['a key that is no text', () => {}, { key: 7 }, /^key expects a string, got 7$/],
    ['an option that does not exist', () => {}, { user: 'ada' }, /^notifyAfter takes no user; it takes .*, data$/],
    ['options that are null', () => {}, null, /^notifyAfter takes an object of options/],
  ])('is refused at once for %s', (_, mutation, options, message) => {
    const { shapes } = setup()
    expect(() => shapes.notifyAfter('orders', mutation as () => void, options as PublishOptions)).toThrow(message)
  })

  it('does not wait for an event that its window holds back', async () => {
    const { shapes, publish, failed } = setup()
    let refuse = (_: Error): void => {}
    publish.mockReturnValue(new Promise((_, reject) => (refuse = reject)))
    const save = shapes.notifyAfter('orders', () => 7, { key: 'orders', window: 1000 })
    expect(await save()).toBe(7)
    expect(publish.mock.calls).toEqual([
      ['table-update', { resource: 'orders' }, { key: 'orders', window: 1000, resource: 'orders' }],
    ])
    refuse(new Error('disk'))
    await Promise.resolve()
    await Promise.resolve()
    expect(failed.mock.calls).toEqual([[new Error('disk')]])
  })

  it('is refused at once for a name that no resource can have', () => {
    const { shapes } = setup()
    for (const name of ['', 'a b', '*', undefined])
      expect(() => shapes.notifyAfter(name as string, () => {})).toThrow(/^resource expects a topic/)
  })
})
