/** The server refused a request. */
export class RequestError extends Error {
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** @throws RequestError with a sentence for the reader: the server's own, where it has one. */
export async function request(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, { cache: 'no-store', ...init })
  if (response.ok) return response
  const { error }: { error?: { message: string } } = await response.json().catch(() => ({}))
  const reason = error ? `: ${error.message}` : ''
  throw new RequestError(`${url.replace(/\?.*/, '')} answers ${response.status}${reason}`, response.status)
}

/** Asks until there is an answer: the server may be just about to be restarted. */
export async function persist<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
