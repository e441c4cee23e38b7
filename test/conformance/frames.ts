import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, Tab } from '../engines/engine.ts'
import { bundlePage } from '../support/bundle.ts'
import type { Heard } from './case.ts'
import type { Given } from './page.ts'

/*
 * One page of a browser with a frame for each case that runs. A frame is a document of its own, with an origin of its own, and
 * costs a fraction of what a page does.
 */

/** What is known of a frame. */
interface Seen {
  /** Whether its client is there. */
  isOpen: boolean
  readonly heard: Heard[]
}

declare global {
  interface Window {
    /** By the ids of the frames. */
    readonly seen: Record<number, Seen>
  }
}

const PAGE = `<!doctype html>
<title>Conformance</title>
<link rel="icon" href="data:,">
<script>
  const seen = window.seen = {}
  addEventListener('message', ({ data: [id, event] }) => {
    if (!seen[id]) return
    if (event) seen[id].heard.push(event)
    else seen[id].isOpen = true
  })
</script>`

export interface Frames {
  /** What a frame loads first. */
  readonly html: string
  /** Opens a frame, and waits until its client is there. @param url - Of its document, whose text is {@link html}. */
  open(url: string, given: Omit<Given, 'id'>): Promise<Frame>
  close(): Promise<void>
}

interface Frame {
  /** What has been heard in it, in order. */
  heard(): Promise<readonly Heard[]>
  close(): Promise<void>
}

/** How long answers are gathered, so that one question serves all frames. In milliseconds. */
const GATHER = 30

export async function openFrames(engine: Engine): Promise<Frames> {
  const script = await bundlePage(new URL('page.ts', import.meta.url))
  const server = createServer(({ url }, response) => {
    const [type, text] = url === '/page.js' ? ['text/javascript', script] : ['text/html', PAGE]
    // All frames load the same script.
    response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=3600' }).end(text)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tab = await engine.open(`${origin}/`)
  let last = 0
  let asking: Promise<Window['seen']> | undefined

  /** One answer for all who ask in the meantime. */
  function ask(): Promise<Window['seen']> {
    asking ??= sleep(GATHER).then(() => {
      asking = undefined
      return tab.evaluate(() => window.seen)
    })
    return asking
  }

  return {
    html: `<!doctype html><link rel="icon" href="data:,"><script src="${origin}/page.js"></script>`,
    async open(url, given) {
      const id = ++last
      const whole: Given = { ...given, id }
      await addFrame(tab, id, `${url}#${encodeURIComponent(JSON.stringify(whole))}`)
      while (!(await ask())[id]?.isOpen);
      return {
        heard: async () => (await ask())[id]?.heard ?? [],
        close: () => removeFrame(tab, id),
      }
    },
    async close() {
      await tab.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

const addFrame = (tab: Tab, id: number, url: string): Promise<void> =>
  tab.evaluate(
    ({ id, url }) => {
      window.seen[id] = { isOpen: false, heard: [] }
      const frame = document.createElement('iframe')
      frame.id = `${id}`
      frame.src = url
      document.documentElement.append(frame)
    },
    { id, url },
  )

const removeFrame = (tab: Tab, id: number): Promise<void> =>
  tab.evaluate((id) => {
    document.getElementById(`${id}`)?.remove()
    delete window.seen[id]
  }, id)
