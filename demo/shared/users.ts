/*
 * The users. They need no password, since all data of the shop is invented.
 */

export const USERS = [
  { id: 'ada', name: 'Ada' },
  { id: 'bjorn', name: 'Björn' },
  { id: 'chiara', name: 'Chiara' },
] as const

export type UserId = (typeof USERS)[number]['id']

/** The user of this id, if it is one. */
export const findUser = (id: unknown): (typeof USERS)[number] | undefined => USERS.find((user) => user.id === id)
