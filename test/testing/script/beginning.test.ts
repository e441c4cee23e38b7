import { expect, it } from 'vitest'
import { afterSending, type Beginning, type Kind } from '../../../testing/script/beginning.ts'

it.each<[kind: Kind, beginning: Beginning, next: Beginning | undefined]>([
  ['introduction', 'silent', 'introduced'],
  ['introduction', 'introduced', undefined],
  ['introduction', 'ordinary', undefined],
  ['notice', 'silent', 'introduced'],
  ['notice', 'introduced', 'introduced'],
  ['notice', 'ordinary', undefined],
  ['event', 'silent', 'ordinary'],
  ['event', 'introduced', 'introduced'],
  ['event', 'ordinary', 'ordinary'],
])('an %s on a stream that is %s makes it %s', (kind, beginning, next) => {
  expect(afterSending(kind, beginning)).toBe(next)
})
