import { Refusal } from '../wire/refusal.ts'
import { refused } from './body.ts'
import { setCoding } from './compress.ts'
import { corsHeaders } from './cors.ts'
import type { Accept } from './host.ts'
import type { Services } from './parts.ts'
import { createPermissions } from './permissions.ts'
import { createQuestions } from './questions.ts'
import { OwnRefusal } from './refuse.ts'
import { createRoutes } from './routes.ts'

/* The part that is the same for every request: headers for pages of other origins, and refusals as answers. */

export function createAccept(services: Services): Accept {
  const { settings, counters, observers } = services
  const questions = createQuestions(settings, observers)
  const answer = createRoutes({ ...services, ...questions, ...createPermissions(settings, questions.ask) })

  /** Other errors are no answers: the host hears of them. */
  function refusedBy(error: unknown): Response {
    if (!(error instanceof Refusal)) throw error
    const code = error instanceof OwnRefusal ? 'refused' : error.code
    counters.errors[code] = (counters.errors[code] ?? 0) + 1
    return refused(error)
  }

  return async (request, connect, host = {}) => {
    let cors: Readonly<Record<string, string>> = {}
    let response: Response | undefined
    try {
      cors = corsHeaders(request, settings)
      const begin: typeof connect = (headers, events) => {
        addTo(headers, cors)
        if (settings.compress) setCoding(headers, request.headers.get('accept-encoding'), host.codings ?? [])
        return connect(headers, events)
      }
      response = await answer(request, begin, host)
    } catch (error) {
      response = refusedBy(error)
    }
    if (response) addTo(response.headers, cors)
    // RFC 9110, 9.3.2.
    if (response && request.method === 'HEAD') return new Response(null, response)
    return response
  }
}

function addTo(headers: Headers, more: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(more)) headers.set(name, value)
}
