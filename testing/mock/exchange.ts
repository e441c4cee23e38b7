import { encodeEvent, toJSON } from '../../server/wire/encode.ts'
import {
  connectedFrame,
  type DeniedFields,
  gapFrame,
  goodbyeFrame,
  type Introduction,
  subscribedFrame,
} from '../../server/wire/frames.ts'
import type { MockRequest } from '../request/request.ts'
import { afterSending, type Beginning, type Kind } from '../script/beginning.ts'
import type { Chunk, Refusal } from '../script/step.ts'
import type { MockActions, MockConnection } from './actions.ts'
import { Answer } from './answer.ts'
import type { SentEvent } from './replay.ts'
import type { Wire } from './wire.ts'

/** The reports and questions of an exchange to its mock. */
export interface ExchangeEvents {
  opened(exchange: Exchange): void
  /** It is about to end, or the client has left. It may be called again. */
  ending(exchange: Exchange): void
  /** The id of an event that is given none; undefined: none. */
  nextId(): string | undefined
  /** An event with an id is sent. */
  sent(event: SentEvent): void
}

/**
 * The payload of an event as text.
 * @throws TypeError for what JSON cannot say.
 */
export const payloadOf = (data: unknown): string => (data === undefined ? '' : toJSON(data))

/**
 * One request and its answer. Tests call fields and not methods, so that they may take them apart: `const { send } = await
 * stream.connected()`.
 */
export class Exchange implements MockConnection {
  readonly request: MockRequest
  readonly closed: Promise<void>
  readonly #answer: Answer
  readonly #events: ExchangeEvents
  /** Once it has introduced itself: how. Before: how it will, if a test does not say otherwise. */
  #introduction: Introduction
  #beginning: Beginning = 'silent'
  /** The last id that was sent. */
  #lastId: string | undefined

  constructor(request: MockRequest, wire: Wire, introduction: Introduction, events: ExchangeEvents) {
    this.request = request
    this.#introduction = introduction
    this.#events = events
    this.#answer = new Answer(wire, { opened: () => events.opened(this), ending: () => events.ending(this) })
    this.closed = this.#answer.closed
  }

  /** Nothing comes after this. */
  get isOver(): boolean {
    return this.#answer.isOver
  }

  /** How it has introduced itself. */
  get introduction(): Introduction | undefined {
    return this.#beginning === 'introduced' ? this.#introduction : undefined
  }

  readonly send: MockActions['send'] = (type, data, options) => this.sendText(type, payloadOf(data), options)

  readonly sendText: MockActions['sendText'] = (type, text, { id = this.#events.nextId(), ...options } = {}) => {
    const block = encodeEvent({ event: type, data: text, id, ...options })
    this.#advance('event')
    this.#lastId = id ?? this.#lastId
    if (id) this.#events.sent({ type, text, options: { ...options, id } })
    return this.#answer.write(block)
  }

  readonly comment: MockActions['comment'] = (text = '') => this.#answer.write(encodeEvent({ comment: text }))

  readonly retry: MockActions['retry'] = (ms) => this.#answer.write(encodeEvent({ retry: ms }))

  readonly raw = (...chunks: readonly Chunk[]): Promise<void> => {
    this.#advance('event')
    return this.#answer.write(...chunks)
  }

  readonly end = (): Promise<void> => this.#answer.end()
  readonly drop = (): Promise<void> => this.#answer.drop()
  readonly stall = (): Promise<void> => this.#answer.stall()

  readonly introduce: MockActions['introduce'] = (given) => {
    if (!this.#advance('introduction')) throw new Error('introduce() must come first on its connection')
    this.#introduction = { ...this.#introduction, ...given }
    return this.#answer.write(connectedFrame(this.#introduction))
  }

  readonly gap: MockActions['gap'] = (notice) => {
    this.#introduceFor('gap')
    const requested = this.#lastId ?? this.request.lastEventId
    const whole = { reason: 'expired', requested, resumedFrom: this.#cursor(), topics: ['*'], ...notice }
    this.#lastId = whole.resumedFrom
    return this.#answer.write(gapFrame(whole))
  }

  readonly goodbye: MockActions['goodbye'] = (reconnectInMs = 0) => {
    this.#introduceFor('goodbye')
    return this.#answer.write(goodbyeFrame(reconnectInMs))
  }

  /** Confirms a change of topics. @returns Where the stream stands: the last id. */
  subscribed(rev: number, topics: readonly string[], denied?: DeniedFields): string {
    this.#introduction = { ...this.#introduction, topics }
    this.#answer.write(subscribedFrame(rev, topics, this.#cursor(), denied))
    return this.#cursor()
  }

  /** Answers with a stream, if there is no answer yet. */
  open(headers?: Readonly<Record<string, string>>): void {
    this.#answer.open(headers)
  }

  /** Answers with something else, if there is no answer yet. */
  respond(refusal: Refusal): void {
    this.#answer.respond(refusal)
  }

  /** Resolves when all of it is on its way. */
  get sent(): Promise<void> {
    return this.#answer.sent
  }

  /** Resolves when the client has dealt with it, as far as that can be known. */
  settled(): Promise<void> {
    return this.#answer.settled()
  }

  /** To be called when the client has left. */
  clientLeft(): void {
    this.#answer.clientLeft()
  }

  /** Notes what is sent. @returns Whether it comes at the right time. */
  #advance(kind: Kind): boolean {
    const next = afterSending(kind, this.#beginning)
    this.#beginning = next ?? this.#beginning
    return next !== undefined
  }

  /** Makes sure that a client takes the next event as the server's own. */
  #introduceFor(what: 'gap' | 'goodbye'): void {
    if (this.#beginning === 'silent') this.introduce()
    if (!this.#advance('notice'))
      throw new Error(
        `${what}() means something only on a stream that begins with introduce(), and this one has begun without; the option introduce: true does it for every stream that has no script`,
      )
  }

  /** Where the client stands, once it has read all: what `gap` moves it to must not be behind that. */
  #cursor(): string {
    return this.#lastId ?? this.introduction?.cursor ?? this.request.lastEventId
  }
}
