import type { Load } from './load.ts'
import { startReact, startStrictReact } from './loads/react.ts'
import { startVue } from './loads/vue.ts'
import { LOADS } from './loads.ts'

/*
 * The page of a soak in Chromium: see chromium.ts.
 */

const ALL = { ...LOADS, react: startReact, strictReact: startStrictReact, vue: startVue }

export type PageLoad = keyof typeof ALL

declare global {
  var startLoad: (name: PageLoad) => void
  var load: Load
}

globalThis.startLoad = (name) => {
  globalThis.load = ALL[name](location.origin)
}
