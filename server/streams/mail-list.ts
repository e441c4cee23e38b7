import { isThenable } from '../../src/base/errors.ts'
import type { Mail, Mailbox } from '../log/mailbox.ts'

/** The mail that is kept for a user; undefined if there is none. If the mailbox throws, the promise rejects. */
export function mailFor(
  store: Mailbox,
  userId: string | undefined,
): readonly Mail[] | Promise<readonly Mail[]> | undefined {
  if (userId === undefined) return undefined
  const listed = listOf(store, userId)
  if (!isThenable(listed)) return listed.length ? listed : undefined
  // The stream may have ended before anybody waits for it.
  listed.then(undefined, () => {})
  return listed
}

function listOf(store: Mailbox, userId: string): ReturnType<Mailbox['list']> {
  try {
    return store.list(userId)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Whether something may be kept for a user. A mailbox that answers later may always have something. */
export const mayHaveMail = (store: Mailbox, userId: string | undefined): boolean => mailFor(store, userId) !== undefined
