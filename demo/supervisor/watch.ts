import { fileURLToPath } from 'node:url'
import type { ViteDevServer } from 'vite'
import type { Api } from './api.ts'

/*
 * `npm run dev`: the API server starts again when a file is saved that it may import. Vite reloads the pages.
 */

const FOLDERS = ['../server/', '../shared/', '../../server/', '../../src/'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
)

/** @param report - Called with what keeps the API server from starting. It is started again at the next change. */
export function restartOnChange(
  watcher: ViteDevServer['watcher'],
  api: Pick<Api, 'restart'>,
  report: (error: unknown) => void,
): void {
  /** The files saved since the last start began. */
  const saved = new Set<string>()
  let isRestarting = false

  async function restart(): Promise<void> {
    isRestarting = true
    while (saved.size > 0) {
      console.log(`headwater demo: ${[...saved].join(', ')}: the API server starts again`)
      saved.clear()
      await api.restart(0).catch(report)
    }
    isRestarting = false
  }

  watcher.add(FOLDERS)
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || !FOLDERS.some((folder) => path.startsWith(folder))) return
    saved.add(path)
    if (!isRestarting) void restart()
  })
}
