import { byId, setText } from '../dom.ts'
import { whole } from '../format.ts'
import type { PanelStream } from './client.ts'
import { fillRows } from './rows.ts'

/** Topics that somebody has joined. */
export function showTopics(sse: PanelStream): void {
  const section = byId('topics', HTMLElement)
  const note = byId('topics-note', HTMLElement)

  sse.subscribe('admin.report', ({ topics }) => {
    fillRows(section, topics, ([topic]) => topic, { topic: ([topic]) => topic, joined: ([, joined]) => whole(joined) })
    setText(note, '')
  })
}
