import { findUser, USERS, type UserId } from '../shared/users.ts'
import { byId, make } from './dom.ts'

/*
 * The user of this page: picked by chance, so that two tabs are mostly two people, and kept for as long as the tab. One that
 * this page opens is the same person.
 */

const KEY = 'headwater-demo-user'

export function currentUser(): UserId {
  const kept = findUser(sessionStorage.getItem(KEY))
  const user = kept ?? USERS[Math.floor(Math.random() * USERS.length)] ?? USERS[0]
  sessionStorage.setItem(KEY, user.id)
  return user.id
}

export function showUser(): void {
  const select = byId('user', HTMLSelectElement)
  for (const { id, name } of USERS) {
    const option = make('option', '', name)
    option.value = id
    select.append(option)
  }
  select.value = currentUser()
  select.addEventListener('change', () => {
    sessionStorage.setItem(KEY, select.value)
    // Somebody else: nothing that the page has heard so far is theirs.
    location.reload()
  })
}
