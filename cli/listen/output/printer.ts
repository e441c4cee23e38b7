import type { SSEEvent } from '../../../src/index.ts'
import type { Host } from '../../host.ts'
import { createPaint } from '../../terminal/palette.ts'
import type { ListenOptions } from '../options/options.ts'
import { asJson, dataOnly, type Format, forPeople } from './format.ts'
import type { Events } from './payload.ts'

/** Prints an event. `ownId`: the id that it brought along. @returns Whether it was one of those that are wanted. */
export type Print = (event: SSEEvent<Events>, ownId: string | undefined) => boolean

export function createPrinter({ format, grep }: Pick<ListenOptions, 'format' | 'grep'>, stdout: Host['stdout']): Print {
  const write = formatter(format, stdout)
  return (event, ownId) => {
    if (grep && !grep.test(event.raw)) return false
    stdout.write(`${write({ ...event, ownId })}\n`)
    return true
  }
}

function formatter(format: ListenOptions['format'], stdout: Host['stdout']): Format {
  if (format === 'json') return asJson
  return format === 'data' ? dataOnly(stdout.isTTY === true) : forPeople(createPaint(stdout))
}
