/* The users who may sign in: nobody needs a password, because all data is made up. */

export const USERS = [
  { id: 'ada', name: 'Ada' },
  { id: 'bjorn', name: 'Björn' },
  { id: 'chiara', name: 'Chiara' },
] as const

export type UserId = (typeof USERS)[number]['id']

/** The user of this id, if it is one. */
export const findUser = (id: unknown): (typeof USERS)[number] | undefined => USERS.find((user) => user.id === id)
