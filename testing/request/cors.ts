/** Headers that let pages of every origin read an answer, with credentials, as a server for development does. */
export const everyOrigin = (origin: string | null | undefined): Readonly<Record<string, string>> => ({
  'access-control-allow-origin': origin ?? '*',
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'retry-after, date, x-sse-heartbeat',
})
