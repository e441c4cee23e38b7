import { ownFields } from '../audience/fields.ts'
import type { Identity } from '../audience/principal.ts'
import type { PublishTarget } from '../audience/target.ts'
import { PUBLISH_FIELDS } from '../publish/message.ts'
import type { PublishAnswer } from '../publish/publish.ts'
import { InvalidEventError, SchemaError } from '../publish/schemas.ts'
import { Refusal } from '../wire/refusal.ts'
import { shown } from '../wire/shown.ts'

/*
 * An event that a client posts: what the client may choose, and what the application decides for it.
 */

/** Fields of `publish` that are not a client's to choose. */
const NOT_THEIRS: Readonly<Record<string, string>> = {
  tenant: 'the tenant is that of the caller, or the one that canPublish answers with: leave tenant out',
  window: 'only code on the server may set a window: leave it out',
  persistent: 'only code on the server may keep an event for a user: leave persistent out',
}

const FORM = {
  what: 'the body',
  names: ['event', 'data', ...PUBLISH_FIELDS.filter((name) => !Object.hasOwn(NOT_THEIRS, name))],
}

/** @throws Refusal 400 for a field that is not a client's to choose, or that does not exist. */
export function checkPosted(body: Readonly<Record<string, unknown>>): void {
  for (const [name, why] of Object.entries(NOT_THEIRS))
    if (Object.hasOwn(body, name)) throw new Refusal(400, 'target', why)
  try {
    ownFields(FORM, body)
  } catch (error) {
    throw refusalOf(error)
  }
}

/**
 * The outcome of an event that could not be made ready: a refusal, if its sender has to change it. Else the option that
 * failed, whose error is not for the sender.
 */
export function blameOf(error: unknown): Refusal | 'schemas' | 'replacer' {
  if (error instanceof Refusal) return error
  if (error instanceof InvalidEventError) return refusalOf(error)
  // A client posts JSON. If it cannot be sent, that is the replacer, or the output of a schema.
  return error instanceof SchemaError ? 'schemas' : 'replacer'
}

/** The refusal of an event that its sender has to change. */
export const refusalOf = (error: unknown): Refusal =>
  new Refusal(400, 'event', error instanceof Error ? error.message : `${error}`)

/**
 * The meaning of an answer of `canPublish`: the target that narrows the event, undefined if it may not be published.
 * @throws TypeError for an answer that is none. It is no permission: an object that says no would be truthy too.
 */
export function grantOf(answer: unknown, { tenant }: Identity): Pick<PublishTarget, 'tenant'> | undefined {
  if (!answer) return undefined
  if (answer === true) return tenant === undefined ? {} : { tenant }
  if (isTenant(answer)) return { tenant: answer.tenant }
  throw new TypeError(`canPublish must answer true, false or { tenant: 'acme' }; it answered with ${shown(answer)}`)
}

const isTenant = (answer: unknown): answer is Exclude<PublishAnswer, boolean> => {
  const [[name, value] = [], ...more] = typeof answer === 'object' && answer !== null ? Object.entries(answer) : []
  return name === 'tenant' && typeof value === 'string' && value !== '' && more.length === 0
}
