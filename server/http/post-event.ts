import type { Principal } from '../audience/principal.ts'
import { composeTopics } from '../audience/topic.ts'
import { LogUnavailableError } from '../log/unavailable.ts'
import { checkEvent, type PublishRequest } from '../publish/message.ts'
import type { Published } from '../publish/publish.ts'
import { Refusal } from '../wire/refusal.ts'
import { refuseIfClosing } from './closing.ts'
import type { HttpParts } from './parts.ts'
import { blameOf, checkPosted, grantOf, refusalOf } from './posted.ts'

/**
 * Publishes what a client has posted.
 * @throws Refusal if the client may not publish this, or if it cannot be sent.
 */
export async function postEvent(
  parts: HttpParts,
  principal: Principal,
  body: Readonly<Record<string, unknown>>,
): Promise<Published> {
  const { event, data, ...options } = await permitted(parts, principal, body)
  const { intake, ask, observers, shutdown } = parts
  let sent: Promise<Published>
  try {
    const message = intake.check(event, data, options, principal)
    refuseIfClosing(shutdown)
    // At once: later events wait for this one, though its schema may take its time.
    sent = intake.send(message)
    sent.catch(() => {})
    await message
  } catch (error) {
    const blame = blameOf(error)
    throw blame instanceof Refusal ? blame : await ask(blame, () => Promise.reject(error))
  }
  return sent.catch((error) => {
    // The hub has closed while a schema took its time.
    refuseIfClosing(shutdown)
    observers.call('onError', error, 'log')
    const isUnknown = error instanceof LogUnavailableError && error.written === 'unknown'
    const what = `the event could not be written down; ${isUnknown ? 'clients may get it all the same' : 'nobody has had it'}`
    throw new Refusal(503, 'log', what, { 'retry-after': '5' })
  })
}

/** The event, with the target that the application grants. */
async function permitted(
  { settings, ask }: HttpParts,
  principal: Principal,
  body: Readonly<Record<string, unknown>>,
): Promise<PublishRequest> {
  checkPosted(body)
  // Composed ahead of the question: a name must not be another one to canPublish than to the hub.
  const request = composeTopics(body) as unknown as PublishRequest
  const grant = await ask('canPublish', async () => grantOf(await settings.canPublish(principal, request), principal))
  if (!grant) throw new Refusal(403, 'forbidden', 'you may not publish this; the option canPublish says who may')
  const { event, data, ...options } = request
  const target = { ...options, ...grant }
  try {
    checkEvent(event, target)
  } catch (error) {
    throw refusalOf(error)
  }
  return { event, data, ...target }
}
