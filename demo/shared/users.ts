/*
 * Who may sign in: nobody needs a password, as what there is to see is made up.
 */

export const USERS = [
  { id: 'ada', name: 'Ada' },
  { id: 'bjorn', name: 'Björn' },
  { id: 'chiara', name: 'Chiara' },
] as const

export type UserId = (typeof USERS)[number]['id']

/** The user of this id, if it is one. */
export const findUser = (id: unknown): (typeof USERS)[number] | undefined => USERS.find((user) => user.id === id)
