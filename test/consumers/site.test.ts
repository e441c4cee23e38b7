import { expect, it } from 'vitest'
import { policyOf } from './site.ts'

it('the policy allows inline scripts and styles by their hash, and calls nothing unsafe', () => {
  const policy = policyOf('<script src="/a.js"></script><script type="module">let a</script><style>p {}</style>')
  const sources = Object.fromEntries(policy.split('; ').map((directive) => directive.split(/ (.*)/)))
  // The first is the hash of nothing: a script with an address has no text.
  expect(sources['script-src'].split(' ')).toEqual([
    "'self'",
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-IfEXP/8HLuXoAiy0hZVrCAcjcLsZqYFpLOHDGj8enqE='",
  ])
  expect(sources['style-src']).toMatch(/^'self' 'sha256-\S+'$/)
  expect(policy).not.toContain('unsafe')
  expect(sources['default-src']).toBe("'none'")
})
