import type { Level, Published } from '../../../server/index.ts'
import { findUser, USERS } from '../../shared/users.ts'
import { byId, make, setText } from '../dom.ts'
import { count, time } from '../format.ts'
import { createOrder, drain, kick, notify, type PanelStream, reset } from './client.ts'

/*
 * The actions of an operator. Each is a form, and its result is a sentence.
 */

/** @returns The result, as a sentence. */
type Action = (form: FormData) => Promise<string>

const ACTIONS = (sse: PanelStream): Readonly<Record<string, Action>> => ({
  async notify(form) {
    const to = findUser(form.get('user'))
    const { delivered } = await notify(sse, `${form.get('message')}`, form.get('level') as Level, to?.id)
    return `The notification for ${to?.name ?? 'everyone'} went to ${count(delivered, 'stream')}.`
  },
  async order() {
    const { id, delivered }: Published = await createOrder()
    return `The order, event #${id.slice(id.lastIndexOf('-') + 1)}, went to ${count(delivered, 'stream')}.`
  },
  async kick(form) {
    const user = findUser(form.get('user')) ?? USERS[0]
    const { ended } = await kick(user.id)
    return ended ? `${count(ended, 'stream')} of ${user.name} closed.` : `${user.name} has no open stream.`
  },
  async drain() {
    await drain()
    return 'A new process runs. Clients move to it within 5 s, each at its own time.'
  },
  async reset() {
    const { log } = await reset()
    return `The log is empty. The new one is called ${log.epoch}.`
  },
})

export function wireActions(sse: PanelStream): void {
  const outcome = byId('outcome', HTMLElement)
  const actions = ACTIONS(sse)

  function say(result: 'ok' | 'failed', text: string): void {
    outcome.dataset.result = result
    setText(outcome, `${time(Date.now())} ${text}`)
  }

  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-action]')) {
    const act = actions[form.dataset.action ?? '']
    const select = form.querySelector<HTMLSelectElement>('[name="user"]')
    for (const { id, name } of USERS) {
      const option = make('option', '', name)
      option.value = id
      select?.append(option)
    }
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      // The button stays enabled: a disabled one would lose the focus.
      act?.(new FormData(form)).then(
        (text) => say('ok', text),
        (error: Error) => say('failed', `That failed: ${error.message}.`),
      )
    })
  }

  sse.state.subscribe(({ status }) => {
    if (status === 'closed') say('failed', 'The token of this page has expired. Load the page again.')
  })
}
