import { type Case, resumes, verdict } from './case.ts'

/** HTML 9.2.4 and 9.2.6: where a client resumes. */
export const IDS: readonly Case[] = [
  resumes('sends the last event id when it reconnects', ['id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n'], '2', 'HTML 9.2.4'),
  resumes('sends no last event id where there was none', ['data: 1\n\n'], '', 'HTML 9.2.4'),
  resumes('keeps the id over events without one', ['id: 1\ndata: 1\n\ndata: 2\n\n'], '1'),
  resumes('keeps the id over connections without one', ['id: 1\ndata: 1\n\n', 'data: 2\n\n'], '1', 'HTML 9.2.3'),
  resumes('forgets the id at an `id:`', ['id: 1\ndata: 1\n\nid:\ndata: 2\n\n'], ''),
  resumes('forgets the id at an `id` without a colon', ['id: 1\ndata: 1\n\nid\ndata: 2\n\n'], ''),
  resumes('takes the id of a block without data', ['id: 1\ndata: 1\n\nid: 2\n\n'], '2'),
  resumes('ignores the id of a block that never ended', ['id: 1\ndata: 1\n\nid: 2\ndata: 2\n'], '1'),
  resumes('ignores an id with NUL in it', ['id: 1\ndata: 1\n\nid: a\0b\ndata: 2\n\n'], '1'),
  resumes('sends an id outside ASCII as UTF-8', ['id: é\ndata: 1\n\n'], 'é', 'HTML 9.2.3'),
  resumes('sends an id outside Latin-1 as UTF-8', ['id: 日本\ndata: 1\n\n'], '日本', 'HTML 9.2.3'),
  resumes('keeps every digit of an id', ['id: 9007199254740993\ndata: 1\n\n'], '9007199254740993'),
  {
    title: 'gives each event the last id, though its block has none',
    section: 'HTML 9.2.6',
    scripts: [[{ raw: 'id: 1\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n' }]],
    watch: 4000,
    enough: ({ heard }) => heard.length >= 3,
    judge({ heard }) {
      const ids = heard.map(({ id }) => id ?? '-')
      return verdict(ids.join() === '1,1,', `gives ${ids.map((id) => `'${id}'`).join(', ')}`)
    },
  },
]
