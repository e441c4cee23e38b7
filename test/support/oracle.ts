import type { Report } from './wire.ts'

/*
 * The standard as a program: HTML 9.2.5 and 9.2.6, sentence by sentence, over the whole text of a stream. It knows nothing of
 * chunks and limits, and it is as slow as it likes.
 */

/** What a stream says, as the standard would act on it. Comments, which it ignores, are reported too. */
export function readAsTheStandardSays(text: string): Report[] {
  const reports: Report[] = []
  // "stream = [ bom ] *event"
  let input = text.startsWith('\ufeff') ? text.slice(1) : text
  // "set its data buffer, event type buffer and last event ID buffer to the empty string"
  let data = ''
  let type = ''
  let id: string | undefined
  for (;;) {
    // "end-of-line = ( cr lf / cr / lf )"
    const end = /\r\n|\r|\n/.exec(input)
    // "Once the end of the file is reached, any pending data must be discarded."
    if (!end) return reports
    const line = input.slice(0, end.index)
    input = input.slice(end.index + end[0].length)
    // "If the line is empty (a blank line): Dispatch the event."
    if (line === '') dispatch()
    // "If the line starts with a U+003A COLON character (:): Ignore the line."
    else if (line.startsWith(':')) reports.push(['comment', withoutSpace(line.slice(1))])
    // "If the line contains a U+003A COLON character (:)"
    else if (line.includes(':')) {
      const [name = '', ...rest] = line.split(':')
      process(name, withoutSpace(rest.join(':')))
    }
    // "Otherwise, the string is not empty but does not contain a U+003A COLON character (:)"
    else process(line, '')
  }

  /** "If value starts with a U+0020 SPACE character, remove it from value." */
  function withoutSpace(value: string): string {
    return value.startsWith(' ') ? value.slice(1) : value
  }

  function process(name: string, value: string): void {
    if (name === 'event') type = value
    else if (name === 'data') data += `${value}\n`
    else if (name === 'id') {
      if (!value.includes('\u0000')) id = value
    } else if (name === 'retry') {
      // "If the field value consists of only ASCII digits"
      if (value !== '' && [...value].every((digit) => '0123456789'.includes(digit)))
        reports.push(['retry', Number.parseInt(value, 10)])
    }
  }

  function dispatch(): void {
    // "Set the last event ID string of the event source to the value of the last event ID buffer."
    // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
    const event = data === '' ? undefined : data.replace(/\n$/, '')
    if (event !== undefined || id !== undefined) reports.push(['block', type || 'message', event, id])
    data = ''
    type = ''
    id = undefined
  }
}
