import { describe, expect, it } from 'vitest'
import { caddy } from './proxies/caddy.ts'
import { haproxy } from './proxies/haproxy.ts'
import { nginx } from './proxies/nginx.ts'
import { documentedConfig, type Place, type Variant, versionOf } from './proxies/proxy.ts'

/*
 * The configurations of docs/proxies.md, made ready to run: without a proxy at hand.
 */

const KINDS = [nginx, haproxy, caddy]
const VARIANTS: readonly Variant[] = [
  'documented',
  'bare',
  'gzip',
  'short-idle',
  'long-idle',
  'limited',
  'buffering',
  'headers-only',
]
const PLAIN: Place = { folder: '/tmp/x', ports: { proxy: 1001, upstream: 1002, admin: 1003 }, pem: undefined }
const SECURE: Place = { ...PLAIN, pem: '/tmp/x/both.pem' }

/** The settings of a text: its lines, without what says where something is. */
const settings = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[}#]|example\.com|:80|^location/.test(line))

describe.each(KINDS.map((kind) => [kind.name, kind] as const))('the configuration of %s', (_, kind) => {
  const documented = documentedConfig(kind)

  it('has every setting that docs/proxies.md has', () => {
    const text = kind.config(documented, 'documented', PLAIN) ?? ''
    expect(settings(documented).filter((line) => !text.includes(line))).toEqual([])
  })

  it.each(VARIANTS.flatMap((variant) => [PLAIN, SECURE].map((place) => [variant, place.pem ?? 'no', place] as const)))(
    'has the addresses of this run and no others: %s, with %s certificate',
    (variant, _, place) => {
      const text = kind.config(documented, variant, place)
      // What it does not have, the table says.
      if (text === undefined) return expect(kind.without[variant]).toBeDefined()
      expect(text).toContain(':1001')
      expect(text).toContain(':1002')
      expect(text).not.toMatch(/:80\b|:8080|example\.com|\/api\/events/)
      expect(text.includes('both.pem')).toBe(place.pem !== undefined)
    },
  )

  it('is another for each variant that changes something', () => {
    const texts = VARIANTS.flatMap((variant) => kind.config(documented, variant, PLAIN) ?? [])
    // Two of them are as documented where the proxy needs no setting to work.
    expect(new Set(texts).size).toBeGreaterThanOrEqual(texts.length - 1)
  })

  it('has the idle timeouts of its variants, and no longer one', () => {
    for (const [variant, time] of [
      ['short-idle', '500ms'],
      ['long-idle', '3000ms'],
    ] as const) {
      const text = kind.config(documented, variant, PLAIN)
      expect(text).toContain(time)
      expect(text).not.toMatch(/timeout (client|server) 1m/)
    }
  })

  it('has no version where the program is not installed', () => {
    expect(versionOf({ ...kind, program: 'no-such-program-here' })).toBeUndefined()
  })
})
