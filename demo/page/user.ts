import { findUser, USERS, type UserId } from '../shared/users.ts'
import { byId, make } from './dom.ts'

/*
 * The user of this page. A new tab picks one at random and keeps it. A tab that this page opens has the same user.
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
