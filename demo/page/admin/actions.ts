import type { Level, Published } from '../../../server/index.ts'
import { findUser, USERS } from '../../shared/users.ts'
import { byId, make, setText } from '../dom.ts'
import { count, time } from '../format.ts'
import { createOrder, drain, kick, notify, type PanelStream, reset } from './client.ts'

/*
 * What an operator may do: each a form, with a sentence on what came of it.
 */

/** @returns What came of it. */
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
    return ended ? `${count(ended, 'stream')} of ${user.name} ended.` : `${user.name} has no stream open.`
  },
  async drain() {
    await drain()
    return 'A new process has taken over. Everybody goes there within 5 s, each at another time.'
  },
  async reset() {
    const { log } = await reset()
    return `The log is empty; its epoch is ${log.epoch} now.`
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
      // Not disabled meanwhile: that would take the focus away from the user who has pressed it.
      act?.(new FormData(form)).then(
        (text) => say('ok', text),
        (error: Error) => say('failed', `It was not done: ${error.message}.`),
      )
    })
  }

  sse.state.subscribe(({ status }) => {
    if (status === 'closed') say('failed', 'This panel’s token is good no more. Load the page again for another.')
  })
}
