import { describe, expect, it } from 'vitest'
import { type ContentCoding, chooseCoding, setCoding } from '../../../server/http/compress.ts'

const BOTH: readonly ContentCoding[] = ['gzip', 'br']

describe('the coding of a stream', () => {
  it.each<[accepted: string | null, chosen: ContentCoding | undefined]>([
    // Nothing said.
    [null, undefined],
    ['', undefined],
    [' , ,', undefined],
    // What browsers, curl and fetch send.
    ['gzip, deflate, br, zstd', 'gzip'],
    ['deflate, gzip, br, zstd', 'gzip'],
    ['br, gzip, deflate', 'gzip'],
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['x-gzip', 'gzip'],
    ['GZip;Q=1', 'gzip'],
    // Codings that the server does not have.
    ['deflate', undefined],
    ['zstd, compress', undefined],
    ['gzipped', undefined],
    // Weights.
    ['gzip;q=0.5, br;q=0.8', 'br'],
    ['gzip;q=0.8, br;q=0.5', 'gzip'],
    ['gzip;q=0.5, br;q=0.5', 'gzip'],
    ['gzip;q=0.001', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0.000, br', 'br'],
    ['gzip;q=0, br;q=0', undefined],
    ['gzip ; q=0.2 , br ; q=0.3', 'br'],
    ['gzip;level=9;q=0', undefined],
    // Any coding.
    ['*', 'gzip'],
    ['*;q=0.1', 'gzip'],
    ['*;q=0', undefined],
    ['gzip;q=0, *', 'br'],
    ['*, gzip;q=0', 'br'],
    ['br;q=1, *;q=0.5', 'br'],
    ['gzip;q=1, *;q=0', 'gzip'],
    ['gzip;q=0, br;q=0, *', undefined],
    // Identity.
    ['identity', undefined],
    ['identity, gzip', 'gzip'],
    ['identity;q=1, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip;q=1', 'gzip'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0.5, gzip;q=0.1, br;q=0.7', 'br'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['*;q=0.5, gzip;q=0.1, br;q=0.1', undefined],
    // Nothing at all would do: the stream is sent as it is, since the other way is no stream.
    ['identity;q=0', undefined],
    ['identity;q=0, deflate', undefined],
    ['*;q=0, identity;q=0', undefined],
    // Weights that are none: not accepted.
    ['gzip;q=2', undefined],
    ['gzip;q=-1', undefined],
    ['gzip;q=', undefined],
    ['gzip;q=high, br', 'br'],
    ['gzip;q=0.1234', undefined],
    ['gzip;q=1.1', undefined],
    ['gzip;q=NaN', undefined],
    ['gzip;q=1e0', undefined],
    // The last one counts.
    ['gzip, gzip;q=0', undefined],
    // No property of an object.
    ['constructor, __proto__', undefined],
  ])('for a client that accepts %j is %s', (accepted, chosen) => {
    expect(chooseCoding(accepted, BOTH)).toBe(chosen)
  })

  it.each<[offered: readonly ContentCoding[], chosen: ContentCoding | undefined]>([
    [[], undefined],
    [['br'], 'br'],
    [['gzip'], 'gzip'],
    [['br', 'gzip'], 'br'],
  ])('is one that the host has: %j', (offered, chosen) => {
    expect(chooseCoding('gzip, br', offered)).toBe(chosen)
    expect(chooseCoding('*', offered)).toBe(chosen)
  })
})

describe('the headers of a stream', () => {
  const headersFor = (accepted: string | null, offered = BOTH, given: Record<string, string> = {}) => {
    const headers = new Headers(given)
    setCoding(headers, accepted, offered)
    return Object.fromEntries(headers)
  }

  it('name the coding, and that it varies', () => {
    expect(headersFor('br')).toEqual({ 'content-encoding': 'br', vary: 'accept-encoding' })
  })

  it('say that the coding varies where the client has none', () => {
    expect(headersFor(null)).toEqual({ vary: 'accept-encoding' })
  })

  it('keep what varies already', () => {
    expect(headersFor('gzip', BOTH, { vary: 'origin' })).toMatchObject({ vary: 'origin, accept-encoding' })
  })

  it('stay as they are if the host cannot compress', () => {
    expect(headersFor('gzip', [], { vary: 'origin' })).toEqual({ vary: 'origin' })
  })
})
