import { describe, expect, it } from 'vitest'
import { createGuard } from '../../../testing/control/guard.ts'

/** Whether the control endpoint of a mock that listens there lets a request with these headers in. */
const letsIn = (listensOn: string, host: string | undefined, origin?: string): boolean =>
  createGuard(listensOn)(host, origin) === undefined

describe('a mock that listens on this machine alone', () => {
  it.each<[host: string | undefined, passes: boolean]>([
    ['127.0.0.1:8080', true],
    ['127.0.0.1', true],
    ['127.3.2.1:80', true],
    ['127.1:80', true],
    ['localhost:8080', true],
    ['LOCALHOST:8080', true],
    ['localhost.', true],
    ['app.localhost:3000', true],
    ['[::1]:8080', true],
    ['[0:0:0:0:0:0:0:1]', true],
    ['evil.test:8080', false],
    ['localhost.evil.test', false],
    ['127.0.0.1.evil.test', false],
    ['evil-localhost', false],
    ['127.evil', false],
    ['mock:8080', false],
    ['192.168.1.5:8080', false],
    ['0.0.0.0:8080', false],
    ['[::2]', false],
    ['evil.test@localhost', false],
    ['localhost/.evil.test', false],
    ['localhost:80:90', false],
    ['', false],
    [undefined, false],
  ])('asked for as %s: %s', (host, passes) => {
    for (const listensOn of ['127.0.0.1', 'localhost', '::1', '127.0.0.2'])
      expect(letsIn(listensOn, host), listensOn).toBe(passes)
  })

  it.each<[origin: string, passes: boolean]>([
    ['http://localhost:3000', true],
    ['https://localhost', true],
    ['http://127.0.0.1:6006', true],
    ['http://[::1]:5173', true],
    ['http://app.localhost:3000', true],
    ['https://evil.test', false],
    ['http://localhost.evil.test', false],
    ['http://192.168.1.5:3000', false],
    ['http://app:3000', false],
    ['null', false],
    ['', false],
    ['file://', false],
    ['chrome-extension://localhost', false],
    ['ftp://localhost', false],
    ['http://localhost:3000/', false],
    ['http://evil.test@localhost', false],
  ])('by a page from %s: %s', (origin, passes) => {
    expect(letsIn('127.0.0.1', '127.0.0.1:8080', origin)).toBe(passes)
  })

  it('looks at both', () => {
    expect(letsIn('127.0.0.1', 'evil.test', 'http://localhost:3000')).toBe(false)
  })
})

describe('a mock that listens elsewhere too', () => {
  it.each<[listensOn: string, host: string, passes: boolean]>([
    ['0.0.0.0', 'localhost:8080', true],
    ['0.0.0.0', 'mock:8080', true],
    ['::', 'mock:8080', true],
    ['0.0.0.0', '192.168.1.5:8080', true],
    ['0.0.0.0', '[fe80::1]:8080', true],
    ['0.0.0.0', 'host.docker.internal:8080', true],
    ['0.0.0.0', 'studio.local', true],
    // Anybody may have a public name point to this machine.
    ['0.0.0.0', 'evil.test:8080', false],
    ['0.0.0.0', 'internal.evil.test', false],
    ['0.0.0.0', 'evil.notlocal', false],
    ['192.168.1.5', 'evil.test:8080', false],
    // This one was asked for.
    ['mock.example.test', 'mock.example.test:8080', true],
    ['mock.example.test', 'other.example.test:8080', false],
  ])('on %s, asked for as %s: %s', (listensOn, host, passes) => {
    expect(letsIn(listensOn, host)).toBe(passes)
  })

  it.each<[origin: string, passes: boolean]>([
    ['http://localhost:3000', true],
    ['http://app:3000', true],
    ['http://host.docker.internal:3000', true],
    ['http://192.168.1.5:3000', true],
    // Another machine's page, and it may be anywhere.
    ['http://192.168.1.6:3000', false],
    ['https://evil.test', false],
    ['null', false],
  ])('asked for as 192.168.1.5 by a page from %s: %s', (origin, passes) => {
    expect(letsIn('0.0.0.0', '192.168.1.5:8080', origin)).toBe(passes)
  })
})

it.each<[listensOn: string, host: string | undefined, origin: string | undefined, said: string]>([
  [
    '127.0.0.1',
    'evil.test:8080',
    undefined,
    'Host: evil.test:8080 is no name of this machine: use 127.0.0.1 or localhost, or listen elsewhere with the option host',
  ],
  [
    '0.0.0.0',
    'evil.test',
    undefined,
    'Host: evil.test may be a name that a web page points here: use an address, or a name without a dot',
  ],
  [
    '127.0.0.1',
    'localhost',
    'https://evil.test',
    'Origin: https://evil.test is no page of this machine: only those may use the control endpoint',
  ],
])('says why: on %s, Host %s, Origin %s', (listensOn, host, origin, said) => {
  expect(createGuard(listensOn)(host, origin)).toBe(said)
})
