import { fetchTransport } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import type { Events, SSEMessage } from './events/events.ts'

/** A line for each event. TypeScript knows what each carries, and says so if an event has no line. */
function lineOf(message: SSEMessage): string {
  switch (message.type) {
    case 'comment.added':
      return `${message.data.author.name}: ${message.data.body}`
    case 'comment.removed':
      return `a comment was deleted: ${message.data.id}`
    case 'notification':
      return message.data.kind === 'mention' ? `${message.data.by.name} mentions you` : `${message.data.unread} unread`
    case 'system.notice':
      return `${message.data.level}: ${message.data.text}`
  }
}

/** Shows what happens, a line each. Needs a user's token, and joins the topic of comments. */
export function watchEvents(url: string, token: string, print: (line: string) => void): HubClient<Events> {
  const sse = createHubClient<Events>(url, {
    transport: fetchTransport(),
    headers: { authorization: `Bearer ${token}` },
    topics: ['comments'],
  })
  sse.subscribe('*', (_, event) => print(lineOf(event)))
  return sse
}
