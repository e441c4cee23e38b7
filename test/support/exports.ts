/** The values that each entry point of the client exports. */
export const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'SSEError',
    'byDataType',
    'createSSE',
    'eventSourceTransport',
    'eventsOf',
    'fetchTransport',
    'isSSEError',
    'schemas',
  ],
  hub: ['createHubClient', 'hub'],
  resume: ['handled', 'keepCursor'],
  request: ['requestEvents'],
  tabs: ['acrossTabs'],
  eventsource: ['EventSource'],
}
