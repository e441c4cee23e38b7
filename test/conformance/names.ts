/** The clients of the suite, and the packages that they come from. */
export const NAMES = {
  headwater: '',
  'eventsource-class': '',
  native: '',
  eventsource: 'eventsource',
  'eventsource-client': 'eventsource-client',
  'fetch-event-source': '@microsoft/fetch-event-source',
  'sse.js': 'sse.js',
} as const

export type ClientName = keyof typeof NAMES
