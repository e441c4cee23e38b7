import { encodeEvent, oneLine, toJSON } from '../../server/wire/encode.ts'
import { isRedirect } from '../request/redirect.ts'
import {
  anything,
  type Check,
  type Fields,
  fieldsOf,
  isFlag,
  isHeaders,
  isText,
  isTexts,
  isTime,
  isTrue,
  isWhole,
  listOf,
} from './fields.ts'
import { checkHeaders } from './headers.ts'
import { quote } from './quote.ts'
import type { Step } from './step.ts'

/*
 * One step, or a list of them: whether there are such steps, and whether they can be sent.
 */

type StepName = Step extends infer S ? (S extends unknown ? Exclude<keyof S, 'status'> : never) : never

const isChunk: Check = (value) => isText(value) || ArrayBuffer.isView(value)
const isStatus: Check = (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599

const INTRODUCTION: Fields = {
  v: isTime,
  clientId: isText,
  epoch: isText,
  cursor: isText,
  recovered: isFlag,
  heartbeatMs: isTime,
  topics: isTexts,
  denied: listOf({ topic: isText, code: isText, message: isText }),
  deniedMore: isWhole,
}
const GAP: Fields = { reason: isText, requested: isText, resumedFrom: isText, topics: isTexts }

/** The rule of each step, in words and as a check. */
const STEPS: Readonly<Record<StepName, readonly [wants: string, fits: Check]>> = {
  open: ['{ delay?, headers? }', fieldsOf({ delay: isTime, headers: isHeaders })],
  send: [
    '{ event?, data?, text?, id?, retry?, comment? }',
    fieldsOf({ event: isText, data: anything, text: isText, id: isText, retry: isWhole, comment: isText }),
  ],
  comment: ['a string', isText],
  retry: ['a whole number of milliseconds', isWhole],
  raw: ['a string, bytes or a list of them', (value) => [value].flat().every(isChunk)],
  wait: ['milliseconds', isTime],
  drop: ['true', isTrue],
  end: ['true', isTrue],
  stall: ['true', isTrue],
  refuse: [
    '{ status: 200 to 599, headers?, body? }',
    fieldsOf({ status: isStatus, headers: isHeaders, body: isText }, ['status']),
  ],
  redirect: ['a URL', isText],
  introduce: [`{ ${Object.keys(INTRODUCTION).join('?, ')}? }`, fieldsOf(INTRODUCTION)],
  gap: [`{ ${Object.keys(GAP).join('?, ')}? }`, fieldsOf(GAP)],
  goodbye: ['milliseconds', isTime],
}

const isStepName = (key: string): key is StepName => Object.hasOwn(STEPS, key)

/** @throws TypeError that names the step and what there is instead. */
export function checkSteps(steps: readonly Step[]): readonly Step[] {
  if (!Array.isArray(steps)) throw new TypeError(`${quote(steps)} is no list of steps`)
  for (const step of steps) checkStep(step)
  return steps
}

function checkStep(step: Step): void {
  if (Array.isArray(step)) throw new TypeError(`${quote(step)} is a list, where a step is wanted: script(...steps)`)
  const keys = Object.keys(Object(step))
  const [name, second] = keys.filter(isStepName)
  const unknown = keys.find((key) => !isStepName(key) && !(key === 'status' && name === 'redirect'))
  if (!name || unknown) throw new TypeError(`${quote(step)} is no step; there are: ${Object.keys(STEPS).join(', ')}`)
  if (second) throw new TypeError(`${quote(step)}: ${name} and ${second} are two steps, one after the other`)
  const [wants, fits] = STEPS[name]
  if (!fits(Object(step)[name])) throw new TypeError(`${quote(step)}: ${name} expects ${wants}`)
  if ('redirect' in step && step.status !== undefined && !isRedirect(Number(step.status)))
    throw new TypeError(`${quote(step)}: status expects 301, 302, 303, 307 or 308`)
  checkSendable(step)
}

/** An event that cannot be sent is an error now, and not when the request comes. */
function checkSendable(step: Step): void {
  if ('send' in step) {
    encodeEvent({ ...step.send, data: '' })
    if (step.send.data !== undefined) toJSON(step.send.data)
  } else if ('comment' in step) encodeEvent(step)
  else if ('introduce' in step) oneLine('cursor', step.introduce.cursor ?? '')
  else if ('gap' in step) oneLine('resumedFrom', step.gap.resumedFrom ?? '')
  else if ('redirect' in step) checkHeaders({ location: step.redirect })
  else if ('open' in step) checkHeaders(step.open.headers)
  else if ('refuse' in step) checkHeaders(step.refuse.headers)
}
