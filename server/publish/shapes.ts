import { checkTarget } from '../audience/target.ts'
import type { Publish, Published, PublishOptions } from './publish.ts'

/*
 * The events that most applications have, in one shape: what to say to a person, that data has changed, that a table is to be
 * loaded anew.
 */

/** How much something matters. */
export type Priority = 'low' | 'normal' | 'high' | 'urgent'
/** What kind of news it is. */
export type Level = 'info' | 'success' | 'warning' | 'error'

/** Who it is for, and how much it matters. */
export interface ShapeOptions extends PublishOptions {
  /** @defaultValue 'normal' */
  readonly priority?: Priority
}

/** What these functions publish: to be added to the map of events of a client, `createSSE<MyEvents & ShapeEvents>`. */
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
  'table-update': { readonly resource: string }
}

export interface Shapes {
  /** A line for a person: event `notification` of `{ message, level, priority, timestamp }`, to everyone unless said otherwise. */
  notification(message: string, level?: Level, options?: ShapeOptions): Promise<Published>
  /** Something that a person should look at: event `alert` of `{ title, message, priority, timestamp }`. */
  alert(title: string, message: string, options?: ShapeOptions): Promise<Published>
  /**
   * What became of a resource: event `update` of `{ resource, action, data, priority, timestamp }`. Unless said otherwise it goes to
   * those who have joined the topic of that name, and to those who have joined none: data with a secret in it wants a target.
   */
  update(resource: string, action: string, data?: unknown, options?: ShapeOptions): Promise<Published>
  /** From the operators to everyone: event `system` of `{ message, level, priority, timestamp }`. */
  system(message: string, level?: Level, options?: ShapeOptions): Promise<Published>
  /**
   * Wraps a function that changes a resource. When it has succeeded, `table-update` of `{ resource }` is published, to the same
   * clients as {@link Shapes.update}; when it fails, nothing is. What it returns or throws is passed on.
   */
  notifyAfter<A extends readonly unknown[], R>(
    resource: string,
    mutation: (...args: A) => R | Promise<R>,
    options?: PublishOptions,
  ): (...args: A) => Promise<R>
}

/** @param failed - Told when a mutation succeeded and could not be told of. */
export function createShapes(
  publish: Publish<Record<string, unknown>>,
  now: () => number,
  failed: (error: unknown) => void,
): Shapes {
  const send = (
    type: string,
    data: object,
    { priority = 'normal', ...options }: ShapeOptions = {},
  ): Promise<Published> => publish(type, { ...data, priority, timestamp: now() }, options)

  /** Whoever names a target means that one. */
  const about = (resource: string, options: ShapeOptions = {}): ShapeOptions => {
    // Whom it leaves out says nothing of whom it is for.
    const { priority: _, key: __, volatile: ___, except: ____, ...target } = options
    return Object.keys(target).length ? options : { ...options, resource }
  }

  return {
    notification: (message, level = 'info', options) => send('notification', { message, level }, options),
    alert: (title, message, options) => send('alert', { title, message }, options),
    update: (resource, action, data = null, options) =>
      send('update', { resource, action, data }, about(resource, options)),
    system: (message, level = 'info', options) => send('system', { message, level }, options),
    notifyAfter: (resource, mutation, options) => {
      const target = about(resource, options)
      // Told now, and not after a mutation that has been made.
      checkTarget({ resource })
      return async (...args) => {
        const result = await mutation(...args)
        // What was done is done: that nobody could be told must not look like a failure to whoever would do it again.
        await publish('table-update', { resource }, target).catch(failed)
        return result
      }
    },
  }
}
