import * as headwater from 'headwater'
import * as eventsource from 'headwater/eventsource'
import * as hub from 'headwater/hub'
import * as request from 'headwater/request'
import * as resume from 'headwater/resume'
import * as tabs from 'headwater/tabs'
import { expect, it } from 'vitest'
import { EXPORTS } from './support/exports.ts'

it.each<[subpath: string, exports: object]>([
  ['', headwater],
  ['eventsource', eventsource],
  ['hub', hub],
  ['request', request],
  ['resume', resume],
  ['tabs', tabs],
])('headwater/%s exports what is public, and nothing else', (subpath, exports) => {
  expect(Object.keys(exports).sort()).toEqual(EXPORTS[subpath])
})
