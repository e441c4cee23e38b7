import { type Case, parses } from './case.ts'

const message = (...texts: string[]): [string, string][] => texts.map((data) => ['message', data])
const BOM = [0xef, 0xbb, 0xbf]
const bytes = (text: string): number[] => [...new TextEncoder().encode(text)]

/** HTML 9.2.5 and 9.2.6: from bytes to events. */
export const PARSING: readonly Case[] = [
  parses(
    'takes LF, CRLF and CR for the end of a line',
    ['data: 1\n\ndata: 2\r\n\r\ndata: 3\r\r'],
    message('1', '2', '3'),
  ),
  parses(
    'takes a CRLF that two chunks share for one end of a line',
    ['data: a\r', '\ndata: b\r\n\r', '\n'],
    message('a\nb'),
  ),
  parses('ends a line at a CR, and does not wait for what follows', ['data: 1\r\r', 'data: 2\r\r'], message('1', '2')),
  parses('drops one BOM at the beginning', [BOM, 'data: 1\n\n'], message('1')),
  parses('drops a BOM that is cut in two', [BOM.slice(0, 1), BOM.slice(1), 'data: 1\n\n'], message('1')),
  parses(
    'keeps a second BOM: the field has another name',
    [[...BOM, ...BOM, ...bytes('data: 1\n\ndata: 2\n\n')]],
    message('2'),
  ),
  parses('keeps a BOM in a value', ['data: 1\n\ndata: \ufeff2\n\n'], message('1', '\ufeff2')),
  parses(
    'joins a character that is cut in two',
    [
      [...bytes('data: '), 0xe2],
      [0x82, 0xac, 10, 10],
    ],
    message('€'),
  ),
  parses('reads bytes that are no UTF-8 as U+FFFD', [[...bytes('data: '), 0xff, 10, 10]], message('\ufffd')),
  parses('reads UTF-8, whatever charset the content type names', ['data: €\n\n'], message('€'), {
    headers: { 'content-type': 'text/event-stream;charset=windows-1252' },
    section: 'HTML 9.2.5',
  }),
  parses('makes no event of a comment', [': a\n\n: b\n\ndata: 1\n\n'], message('1')),
  parses('makes no event of a block that has only an id', ['id: 1\n\ndata: 1\n\n'], message('1')),
  parses('makes no event of a block that has only a name', ['event: tick\n\ndata: 1\n\n'], message('1'), {
    names: ['tick'],
  }),
  parses('makes an event of empty data', ['data\n\ndata:\n\ndata: \n\n'], message('', '', '')),
  parses('joins lines of data with a line feed', ['data: a\ndata: b\n\n'], message('a\nb')),
  parses('keeps empty lines of data', ['data\ndata: a\ndata:\n\n'], message('\na\n')),
  parses('drops one space after the colon, and no other', ['data:a\n\ndata:  b \n\n'], message('a', ' b ')),
  parses('cuts a line at the first colon', ['data: a: b:c\n\n'], message('a: b:c')),
  parses(
    'knows the names of fields by every letter',
    ['Data: 1\ndataset: 2\n data: 3\ndata : 4\ndata: 5\n\n'],
    message('5'),
  ),
  parses('ignores fields that it does not know', ['foo: 1\ndata: 2\nbar\n\n'], message('2')),
  parses('forgets the name of an event at the end of its block', ['event: tick\n\ndata: 1\n\n'], message('1'), {
    names: ['tick'],
  }),
  parses('takes an empty name for no name', ['event: tick\nevent:\ndata: 1\n\n'], message('1'), { names: ['tick'] }),
  parses('takes the last name of a block', ['event: a\nevent: b\ndata: 1\n\n'], [['b', '1']], { names: ['a', 'b'] }),
  parses(
    'takes any name for a name',
    ['event: __proto__\ndata: 1\n\nevent: constructor\ndata: 2\n\n'],
    [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
    { names: ['__proto__', 'constructor'] },
  ),
  parses('keeps NUL in data', ['data: a\0b\n\n'], message('a\0b')),
  parses(
    'joins an event of many small chunks',
    ['data: ', ...Array<string>(20).fill('abcde'), '\n\n'],
    message('abcde'.repeat(20)),
  ),
]
