import { quote } from './quote.ts'

/** RFC 9110, 5.6.2 and 5.5: what fetch and Node send. Not every test environment checks it itself. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\t -~\x80-\xff]*$/

/** @throws TypeError that names the header and its value. */
export function checkHeaders(headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers))
    if (!NAME.test(name) || !VALUE.test(value))
      throw new TypeError(`the header ${quote(name)} cannot be sent with ${quote(value)}`)
}
