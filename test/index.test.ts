import * as headwater from 'headwater'
import * as hub from 'headwater/hub'
import * as request from 'headwater/request'
import * as resume from 'headwater/resume'
import * as tabs from 'headwater/tabs'
import { expect, it } from 'vitest'

it.each<[subpath: string, exports: object, names: string[]]>([
  [
    'headwater',
    headwater,
    [
      'SSEError',
      'byDataType',
      'createSSE',
      'eventSourceTransport',
      'eventsOf',
      'fetchTransport',
      'isSSEError',
      'schemas',
    ],
  ],
  ['headwater/hub', hub, ['createHubClient', 'hub']],
  ['headwater/resume', resume, ['handled', 'keepCursor']],
  ['headwater/request', request, ['requestEvents']],
  ['headwater/tabs', tabs, ['acrossTabs']],
])('%s exports what is public, and nothing else', (_, exports, names) => {
  expect(Object.keys(exports).sort()).toEqual(names)
})
