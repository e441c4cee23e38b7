import { createHmac, timingSafeEqual } from 'node:crypto'
import { findUser, type UserId } from '../shared/users.ts'

/*
 * Tokens: who somebody is, signed, so that nobody makes one for himself. Any process that has the secret can read them; an
 * application would take JWTs and a library for them.
 */

export interface Claims {
  /** A visitor of the shop; undefined for an operator, who is no customer. */
  readonly userId?: UserId
  readonly role: 'visitor' | 'operator'
  /** Epoch milliseconds, as is `expires`: the stream is closed then. */
  readonly issued: number
  readonly expires: number
}

export interface Tokens {
  mint(who: Pick<Claims, 'userId' | 'role'>): string
  /** Undefined for what is no token of ours, or not any more. */
  read(token: string | undefined): Claims | undefined
}

const LIFE = 3_600_000

export function createTokens(secret: string): Tokens {
  const sign = (payload: string): Buffer => createHmac('sha256', secret).update(payload).digest()

  return {
    mint(who) {
      const issued = Date.now()
      const claims: Claims = { ...who, issued, expires: issued + LIFE }
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
      return `${payload}.${sign(payload).toString('base64url')}`
    },
    read(token = '') {
      const [payload = '', signature = ''] = token.split('.')
      const given = Buffer.from(signature, 'base64url')
      const right = sign(payload)
      // Compared in the same time whatever is in it: how long a refusal takes must not tell how much was right.
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
      const claims: Claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
      return claims.expires > Date.now() ? claims : undefined
    },
  }
}

/** The token of a request as Node has it. */
export const bearerOf = (headers: { readonly authorization?: string | undefined }): string | undefined =>
  /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]

/** The claims that a visitor asks for; undefined for nobody we know. */
export function visitor(id: unknown): Pick<Claims, 'userId' | 'role'> | undefined {
  const user = findUser(id)
  return user && { userId: user.id, role: 'visitor' }
}
