import * as server from 'headwater/server'
import { expect, it } from 'vitest'

it('exports what it promises, and nothing by accident', () => {
  expect(Object.keys(server).sort()).toEqual([
    'InvalidEventError',
    'LogUnavailableError',
    'WorkError',
    'createEffects',
    'createHub',
    'createJobs',
    'encodeEvent',
    'memoryLog',
    'memoryMailbox',
    'memoryRelay',
    'readToken',
    'refuse',
  ])
})
