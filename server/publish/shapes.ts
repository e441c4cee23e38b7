import { isThenable } from '../../src/base/errors.ts'
import type { Clock } from '../../src/index.ts'
import { ownFields } from '../audience/fields.ts'
import { checkTarget } from '../audience/target.ts'
import { shown } from '../wire/shown.ts'
import { checkOptions, PUBLISH_FIELDS, type PublishOptions } from './message.ts'
import type { Publish, Published } from './publish.ts'

/*
 * The events that most applications have, in one shape: a message for a person, and the news that data has changed.
 */

/** How important something is. */
export type Priority = 'low' | 'normal' | 'high' | 'urgent'
/** The kind of news. */
export type Level = 'info' | 'success' | 'warning' | 'error'

const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'urgent']
const LEVELS: readonly Level[] = ['info', 'success', 'warning', 'error']

/** The options of a ready-made event. */
export interface ShapeOptions extends PublishOptions {
  /** @defaultValue 'normal' */
  readonly priority?: Priority
}

/** The options that {@link Shapes.notifyAfter} has in addition to those of `publish`. */
export interface NotifyOptions<R = unknown> extends PublishOptions {
  /**
   * Returns the `data` of the event, from what the function returned. It must not return a promise. If it throws, the event is
   * published without `data`, and `onError` is called.
   * @defaultValue the event has no `data`
   */
  readonly data?: (result: R) => unknown
}

/** The events of these functions. Add them to the events of a client: `createHubClient<MyEvents & ShapeEvents>(…)`. */
export interface ShapeEvents {
  notification: {
    readonly message: string
    readonly level: Level
    readonly priority: Priority
    readonly timestamp: number
  }
  alert: { readonly title: string; readonly message: string; readonly priority: Priority; readonly timestamp: number }
  update: {
    readonly resource: string
    readonly action: string
    readonly data: unknown
    readonly priority: Priority
    readonly timestamp: number
  }
  system: { readonly message: string; readonly level: Level; readonly priority: Priority; readonly timestamp: number }
  'table-update': { readonly resource: string; readonly data?: unknown }
}

export interface Shapes {
  /**
   * A message for a user: event `notification` of `{ message, level, priority, timestamp }`. It goes to everyone, unless the options
   * name a target. It rejects as `publish` does, and with a TypeError for a level or a priority that does not exist.
   */
  notification(message: string, level?: Level, options?: ShapeOptions): Promise<Published>
  /** Something that a user should look at: event `alert` of `{ title, message, priority, timestamp }`. */
  alert(title: string, message: string, options?: ShapeOptions): Promise<Published>
  /**
   * A resource has changed: event `update` of `{ resource, action, data, priority, timestamp }`. It goes to clients that have
   * joined the topic of that name, and to clients that have joined no topic. So data with a secret needs a target.
   *
   * `tenant` and `except` in the options narrow that. `topic`, `resource`, `userId`, `sessionId`, `sessionIds` and `clientIds`
   * replace it.
   */
  update(resource: string, action: string, data?: unknown, options?: ShapeOptions): Promise<Published>
  /** From the operators to everyone: event `system` of `{ message, level, priority, timestamp }`. */
  system(message: string, level?: Level, options?: ShapeOptions): Promise<Published>
  /**
   * A resource has changed, and clients load it again: event `table-update` of `{ resource, data }`, to the same clients as
   * {@link Shapes.update}. Without data there is no field `data`.
   */
  emitUpdate(resource: string, data?: unknown, options?: PublishOptions): Promise<Published>
  /**
   * Wraps a function that changes a resource. If it succeeds, {@link Shapes.emitUpdate} is called. If it fails, nothing is
   * published. The wrapped function returns or throws what the function does. If publishing fails, `onError` is called.
   * @throws TypeError for a resource, a function or options that cannot work.
   */
  notifyAfter<A extends readonly unknown[], R>(
    resource: string,
    mutation: (...args: A) => R | Promise<R>,
    options?: NotifyOptions<R>,
  ): (...args: A) => Promise<R>
}

/** Each of these says who an event is for, and so replaces the resource. `tenant` and `except` narrow it. */
const REPLACING: readonly string[] = ['topic', 'resource', 'userId', 'sessionId', 'sessionIds', 'clientIds']

/**
 * The options of an event about a resource.
 * @param options - Own fields, checked by name. A field without a value replaces the resource too, and is refused later.
 */
const about = (resource: string, options: PublishOptions): PublishOptions =>
  REPLACING.some((field) => Object.hasOwn(options, field)) ? options : { ...options, resource }

/** @throws TypeError for a word that is none of these. */
function checkWord<W extends string>(name: string, word: W, words: readonly W[]): W {
  if (words.includes(word)) return word
  throw new TypeError(`${name} expects ${words.map((each) => `'${each}'`).join(' or ')}, got ${shown(word)}`)
}

/** @param failed - Called when a mutation has succeeded and its event could not be published, or not with its data. */
export function createShapes(
  publish: Publish<Record<string, unknown>>,
  clock: Pick<Clock, 'now'>,
  failed: (error: unknown) => void,
): Shapes {
  const own = <O extends PublishOptions>(what: string, options: O, ...more: readonly string[]): O =>
    ownFields({ what, names: [...PUBLISH_FIELDS, ...more] }, options) as O

  const send = (type: string, data: object, { priority = 'normal', ...options }: ShapeOptions): Promise<Published> =>
    publish(type, { ...data, priority: checkWord('priority', priority, PRIORITIES), timestamp: clock.now() }, options)

  async function tableUpdate(resource: string, data: unknown, options: PublishOptions): Promise<Published> {
    checkTarget({ resource })
    return publish('table-update', { resource, ...(data !== undefined && { data }) }, about(resource, options))
  }

  return {
    // Async, so that they reject as publish does.
    notification: async (message, level = 'info', options = {}) =>
      send(
        'notification',
        { message, level: checkWord('level', level, LEVELS) },
        own('notification', options, 'priority'),
      ),
    alert: async (title, message, options = {}) => send('alert', { title, message }, own('alert', options, 'priority')),
    update: async (resource, action, data = null, options = {}) =>
      send('update', { resource, action, data }, about(resource, own('update', options, 'priority'))),
    system: async (message, level = 'info', options = {}) =>
      send('system', { message, level: checkWord('level', level, LEVELS) }, own('system', options, 'priority')),
    emitUpdate: async (resource, data, options = {}) => tableUpdate(resource, data, own('emitUpdate', options)),
    notifyAfter: (resource, mutation, given = {}) => {
      const { data, ...options } = own('notifyAfter', given, 'data')
      if (typeof mutation !== 'function') throw new TypeError(`notifyAfter expects a function, got ${shown(mutation)}`)
      if (data !== undefined && typeof data !== 'function')
        throw new TypeError(`data expects a function of the result, got ${shown(data)}`)
      // Now, and not after a mutation that has been made.
      checkTarget({ resource })
      checkOptions(options)
      return async (...args) => {
        const result = await mutation(...args)
        // The mutation is done. An error now would make the caller do it again.
        const published = tableUpdate(resource, dataOf(result, data, failed), options).catch(failed)
        // It does not wait for an event that a window holds back: the caller would have its result only when the window ends.
        if (!options.window) await published
        return result
      }
    },
  }
}

/** The data that an application makes of a result; undefined where it fails. Clients are to load the resource again all the same. */
function dataOf<R>(result: R, make: NotifyOptions<R>['data'], failed: (error: unknown) => void): unknown {
  try {
    const data = make?.(result)
    if (!isThenable(data)) return data
    data.then(undefined, () => {})
    throw new TypeError('data must answer at once, and it answered with a promise')
  } catch (error) {
    failed(error)
    return undefined
  }
}
