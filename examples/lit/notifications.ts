import type { SSEClient, Store } from 'headwater'
import { createStatusStore, createValueStore } from 'headwater/store'
import { html, LitElement, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit'

interface Events {
  notification: { text: string }
}

/** Renders its element again whenever the store changes, while the element is in the document. */
export class StoreController<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #store: Store<T>
  #off = (): void => {}

  constructor(host: ReactiveControllerHost, store: Store<T>) {
    this.#host = host
    this.#store = store
    host.addController(this)
  }

  get value(): T {
    return this.#store.get()
  }

  hostConnected(): void {
    this.#off = this.#store.subscribe(() => this.#host.requestUpdate())
  }

  hostDisconnected(): void {
    this.#off()
  }
}

/** Defines `<app-notifications>`. */
export function defineNotifications(sse: SSEClient<Events>): void {
  class Notifications extends LitElement {
    readonly #status = new StoreController(this, createStatusStore(sse))
    readonly #unread = new StoreController(
      this,
      createValueStore(sse, 'notification', { initial: 0, reduce: (count: number) => count + 1 }),
    )

    override render(): TemplateResult {
      return html`<p>${this.#status.value.isConnected ? 'live' : this.#status.value.status}</p><p>${this.#unread.value} unread</p>`
    }
  }
  customElements.define('app-notifications', Notifications)
}
