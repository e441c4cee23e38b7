import { expect, it } from 'vitest'
import { checkHeaders } from '../../../testing/script/headers.ts'

it.each([undefined, {}, { 'x-a_1!': 'a\tb, "c"; d=é', etag: '' }])('lets pass what can be sent: %j', (headers) => {
  expect(() => checkHeaders(headers)).not.toThrow()
})

it.each([
  [{ a: '1', 'b c': '2' }, 'the header "b c" cannot be sent with "2"'],
  [{ '': '1' }, 'the header "" cannot be sent with "1"'],
  [{ a: '€' }, 'the header "a" cannot be sent with "€"'],
  [{ a: '1\n2' }, 'the header "a" cannot be sent with "1\\n2"'],
])('names the header that cannot be sent: %j', (headers, message) => {
  expect(() => checkHeaders(headers)).toThrow(new TypeError(message))
})
