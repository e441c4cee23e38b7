import type { Case } from './case.ts'
import { CONNECTION, HANDLERS, TROUBLE } from './connection.ts'
import { IDS } from './ids.ts'
import { PARSING } from './parsing.ts'

/** All cases, by what they are about. */
export const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  'The standard: events': PARSING,
  'The standard: last event ids': IDS,
  'The standard: connections': CONNECTION,
  'The standard: handlers': HANDLERS,
  'Beyond the standard': TROUBLE,
}
