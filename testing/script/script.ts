import { encodeEvent, oneLine, toJSON, type WireEvent } from '../../server/wire/encode.ts'
import type { GapNotice, Introduction } from '../../server/wire/frames.ts'
import { isRedirect } from '../request/request.ts'

/** Bytes, or text that is sent as UTF-8. */
export type Chunk = string | Uint8Array

/** How a request is refused, or answered with something else than a stream. */
export interface Refusal {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

/**
 * One thing that a mock does with a request. Plain data, so a script can stand in a JSON file. The answer's headers go out
 * with the first step that needs them; what a script leaves open stays open, and is yours.
 */
export type Step =
  /** The answer's headers: `delay` milliseconds late, with more headers, or with others than an event stream has. */
  | { readonly open: { readonly delay?: number; readonly headers?: Readonly<Record<string, string>> } }
  /** An event. `data` is sent as JSON; `text` as it is. */
  | { readonly send: Omit<WireEvent, 'data'> & { readonly data?: unknown; readonly text?: string } }
  /** A comment, which is what most servers use as a heartbeat. */
  | { readonly comment: string }
  /** A `retry:` field of its own. */
  | { readonly retry: number }
  /** Exactly these bytes. Each item of a list is a chunk of its own. */
  | { readonly raw: Chunk | readonly Chunk[] }
  /** Nothing, for so many milliseconds. */
  | { readonly wait: number }
  /** The connection breaks: before the headers the request fails, later the body does. */
  | { readonly drop: true }
  /** The response ends. */
  | { readonly end: true }
  /** Not a byte any more, whatever is sent; the connection stays open. */
  | { readonly stall: true }
  /** Another answer than a stream. */
  | { readonly refuse: Refusal }
  /** The request is sent elsewhere, with status 307 unless `status` says otherwise. */
  | { readonly redirect: string; readonly status?: number }
  /** `connected`, with which headwater's own server begins. What is left out is filled in. */
  | { readonly introduce: Partial<Introduction> }
  /** Events were lost, says a server that has introduced itself. */
  | { readonly gap: Partial<GapNotice> }
  /** Leave, and come back in so many milliseconds, says a server that has introduced itself. */
  | { readonly goodbye: number }

/**
 * What to do with requests. A list of steps: that, with each of them. One that resumes gets what comes after the `send` with its
 * last event id. A list of such lists: one for each request, and what comes after the last opens a stream that is left to you.
 */
export type Script = readonly Step[] | readonly (readonly Step[])[]

type StepName = Step extends infer S ? (S extends unknown ? Exclude<keyof S, 'status'> : never) : never

type Fields = Readonly<Record<string, (value: unknown) => boolean>>

const isTime = (value: unknown): boolean => Number.isFinite(value) && Number(value) >= 0
const isWhole = (value: unknown): boolean => Number.isInteger(value) && isTime(value)
const isText = (value: unknown): boolean => typeof value === 'string'
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const isTrue = (value: unknown): boolean => value === true
const isChunk = (value: unknown): boolean => isText(value) || ArrayBuffer.isView(value)
const isStatus = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
const isHeaders = (value: unknown): boolean => isObject(value) && Object.values(value as object).every(isText)
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const anything = (): boolean => true

/** An object with these fields and no others. */
const fieldsOf =
  (fields: Fields, required: readonly string[] = []) =>
  (value: unknown): boolean =>
    isObject(value) &&
    required.every((name) => Object(value)[name] !== undefined) &&
    Object.entries(Object(value)).every(
      ([name, each]) => each === undefined || (Object.hasOwn(fields, name) && fields[name]?.(each)),
    )

const NAMED = { topic: isText, code: isText, message: isText }
const isNamed = fieldsOf(NAMED, Object.keys(NAMED))
const isDenied = (value: unknown): boolean => Array.isArray(value) && value.every(isNamed)

const INTRODUCTION: Fields = {
  v: isTime,
  clientId: isText,
  epoch: isText,
  cursor: isText,
  recovered: isFlag,
  heartbeatMs: isTime,
  topics: isTexts,
  denied: isDenied,
  deniedMore: isWhole,
}
const GAP: Fields = { reason: isText, requested: isText, resumedFrom: isText, topics: isTexts }

/** What each step wants, in words and as a check. */
const STEPS: Readonly<Record<StepName, readonly [wants: string, fits: (value: unknown) => boolean]>> = {
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
  if (!Array.isArray(steps)) throw new TypeError(`${said(steps)} is no list of steps`)
  for (const step of steps) {
    if (Array.isArray(step)) throw new TypeError(`${said(step)} is a list, where a step is wanted: script(...steps)`)
    const keys = Object.keys(Object(step))
    const [name, second] = keys.filter(isStepName)
    const stranger = keys.find((key) => !isStepName(key) && !(key === 'status' && name === 'redirect'))
    if (!name || stranger) throw new TypeError(`${said(step)} is no step; there are: ${Object.keys(STEPS).join(', ')}`)
    if (second) throw new TypeError(`${said(step)}: ${name} and ${second} are two steps, one after the other`)
    const [wants, fits] = STEPS[name]
    if (!fits(Object(step)[name])) throw new TypeError(`${said(step)}: ${name} wants ${wants}`)
    if ('redirect' in step && step.status !== undefined && !isRedirect(Number(step.status)))
      throw new TypeError(`${said(step)}: status wants 301, 302, 303, 307 or 308`)
    checkSendable(step)
  }
  return steps
}

/** What cannot be sent is told now, and not when the request comes. */
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

/** RFC 9110, 5.6.2 and 5.5: what fetch and Node send; not every test environment looks itself. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
const HEADER_VALUE = /^[\t -~\x80-\xff]*$/

function checkHeaders(headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers))
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value))
      throw new TypeError(`the header ${said(name)} cannot be sent with ${said(value)}`)
}

/** A step for a message about it, even if it is nothing that JSON could say. */
function said(value: unknown): string {
  try {
    return `${JSON.stringify(value)}`
  } catch {
    return String(value)
  }
}

/**
 * The lists for the first requests, and the list for each one after them.
 * @throws TypeError that names the step and what there is instead.
 */
export function checkScript(script: Script): { readonly first: (readonly Step[])[]; readonly each?: readonly Step[] } {
  if (!Array.isArray(script)) throw new TypeError(`${said(script)} is no script: a list of steps, or of such lists`)
  const isList = (part: unknown): part is readonly Step[] => Array.isArray(part)
  const parts: readonly unknown[] = script
  if (parts.length && !parts.some(isList)) return { first: [], each: checkOrder(checkSteps(script as readonly Step[])) }
  return { first: parts.map((part) => checkOrder(checkSteps(part as readonly Step[]))) }
}

/**
 * Checks that a script says nothing at the wrong time: that would fail only in the middle of a request.
 * @throws TypeError that names the step and what to begin with.
 */
export function checkOrder(steps: readonly Step[]): readonly Step[] {
  let begun: 'introduced' | 'otherwise' | undefined
  for (const step of steps) {
    if ('introduce' in step) {
      if (begun) throw new TypeError(`${said(step)}: introduce comes first, or not at all`)
      begun = 'introduced'
    } else if ('gap' in step || 'goodbye' in step) {
      // On a stream that nothing was sent on, it introduces itself.
      begun ??= 'introduced'
      if (begun === 'otherwise')
        throw new TypeError(`${said(step)}: clients believe that only of a stream that begins with { introduce: {} }`)
    } else if ('send' in step || 'raw' in step) begun ??= 'otherwise'
  }
  return steps
}

/** What is left of a script for a request that resumes behind one of its events. */
export function resumed(steps: readonly Step[], lastEventId: string): readonly Step[] {
  const place = steps.map((step) => ('send' in step ? step.send.id : undefined)).lastIndexOf(lastEventId)
  if (!lastEventId || place < 0) return steps
  // How the stream opens is the same each time.
  const opening = steps.slice(0, place).filter((step) => 'open' in step || 'introduce' in step)
  return [...opening, ...steps.slice(place + 1)]
}
