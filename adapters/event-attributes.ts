/** The value of an event handler attribute. An object that cannot be called is kept, and never called (Web IDL 3.2.16). */
type Value = unknown

/** The event handler attributes of one object, such as `onmessage` (HTML 8.1.8.1, "Event handlers"). */
export class EventAttributes {
  readonly #target: EventTarget
  readonly #values = new Map<string, Value>()
  readonly #callsByItself: boolean

  /** @param callsByItself - Whether the target calls what stands in its attributes, see {@link callsAttributes}. */
  constructor(target: EventTarget, callsByItself: boolean) {
    this.#target = target
    this.#callsByItself = callsByItself
  }

  get(type: string): Value {
    return this.#values.get(type) ?? null
  }

  /**
   * The first value that is not null takes a place among the listeners. It keeps the place until the value is null again: to add a
   * listener twice changes nothing.
   */
  set(type: string, value: Value): void {
    const isNull = value === null || !/^(object|function)$/.test(typeof value)
    if (isNull) this.#values.delete(type)
    else this.#values.set(type, value)
    if (this.#callsByItself) return
    if (isNull) this.#target.removeEventListener(type, this.#call)
    else this.#target.addEventListener(type, this.#call)
  }

  readonly #call = (event: Event): void => {
    const value = this.#values.get(event.type)
    if (typeof value === 'function') value.call(this.#target, event)
  }
}

/** Whether every EventTarget calls what stands in `on…` by itself, as in some test environments. */
export function callsAttributes(): boolean {
  let called = false
  class Probe extends EventTarget {
    get onopen(): () => void {
      return () => {
        called = true
      }
    }
  }
  new Probe().dispatchEvent(new Event('open'))
  return called
}
