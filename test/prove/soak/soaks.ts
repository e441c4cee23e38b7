import type { PageLoad } from './page.ts'
import { NOISE } from './verdict.ts'

/*
 * What is run, where, and how often.
 */

export interface Soak {
  /** The first cell of its row. */
  readonly name: string
  readonly where: 'Node' | 'Chromium'
  readonly load: PageLoad
  readonly operations: number
  /** So many operations go ahead, whatever the scale. Meanwhile V8 compiles what runs often. */
  readonly warmUp: number
  /** The log of the hub is on disk. */
  readonly disk?: true
  /** If the memory of the server is judged too: the first cell of that row. */
  readonly server?: string
  /** The operations between two samples are a multiple of this. */
  readonly multiple?: number
  /** How much the memory may differ between two samples, in bytes. */
  readonly noise: number
  /** It leaks on purpose, and the verdict must say so. */
  readonly leaks?: true
  /** React's build. Only that for development mounts twice. */
  readonly build?: 'development'
}

/** In each soak, so many samples are taken. */
export const SAMPLES = 20

const WARM_UP = 1000

/** Pointers are half as long there. */
const PAGE_NOISE = 100_000

/** Of the last events a client remembers between 4,000 and 8,000. With this, as many at each sample. */
const REMEMBERED = { multiple: 4000, noise: 500_000, warmUp: 400_000 }

/** What is the same for each of a platform is added below. */
type Listed = Omit<Soak, 'where' | 'noise' | 'warmUp'> & Partial<Pick<Soak, 'noise' | 'warmUp'>>

const node: readonly Listed[] = [
  { name: 'a client reconnects: plain server', load: 'reconnects', operations: 10_000 },
  {
    name: 'a client reconnects: hub, `keepCursor()`',
    load: 'hubReconnects',
    operations: 10_000,
    server: 'a client reconnects and misses events',
    noise: 300_000,
  },
  { name: 'an event arrives: plain server', load: 'events', operations: 5_040_000, ...REMEMBERED },
  {
    name: 'an event arrives: hub',
    load: 'hubEvents',
    operations: 1_040_000,
    server: 'an event is published, with a log of 10,000',
    ...REMEMBERED,
  },
  {
    name: 'an event arrives: hub with `fileLog`',
    load: 'hubEvents',
    operations: 640_000,
    server: 'an event is published, with a `fileLog` of 10,000',
    disk: true,
    ...REMEMBERED,
  },
  {
    name: 'an async handler ends: `handled()`',
    load: 'handledEvents',
    operations: 2_000_000,
    noise: 500_000,
    warmUp: 400_000,
  },
  { name: '`createSSE`, `eventsOf` and `close`', load: 'clients', operations: 10_000 },
  {
    name: '`createHubClient` and `close`',
    load: 'hubClients',
    operations: 10_000,
    server: 'a client connects and leaves',
  },
  {
    name: 'the same, with streams that are compressed',
    load: 'compressedClients',
    operations: 5000,
    server: 'a client connects and leaves, with `compress`',
  },
  {
    name: 'a topic is joined and left',
    load: 'topics',
    operations: 20_000,
    server: 'a topic is joined and left',
  },
  { name: '`requestEvents`', load: 'requests', operations: 10_000 },
  { name: '`EventSource` and `close`', load: 'eventSources', operations: 10_000 },
  { name: 'stores', load: 'stores', operations: 4000 },
  { name: '`bindQueryClient`', load: 'queries', operations: 4000 },
  { name: 'control: `fetch` reconnects, without headwater', load: 'plainReconnects', operations: 10_000 },
  { name: 'control: a handler is never removed', load: 'leakOfHandlers', operations: 4000, leaks: true },
  { name: 'control: events are kept in an array', load: 'leakOfEvents', operations: 4000, leaks: true },
]

const chromium: readonly Listed[] = [
  { name: 'a client reconnects: plain server', load: 'reconnects', operations: 2000 },
  { name: 'a client reconnects: hub, `keepCursor()`', load: 'hubReconnects', operations: 2000 },
  { name: 'an event arrives: plain server', load: 'events', operations: 1_040_000, ...REMEMBERED },
  { name: 'all hooks of React, mounted and unmounted', load: 'react', operations: 2000 },
  { name: 'the same in `StrictMode`', load: 'strictReact', operations: 2000, build: 'development' },
  { name: 'all composables of Vue, mounted and unmounted', load: 'vue', operations: 2000 },
  { name: 'stores', load: 'stores', operations: 2000 },
  { name: '`bindQueryClient`', load: 'queries', operations: 2000 },
  { name: '`createSSE`, `eventsOf` and `close`', load: 'clients', operations: 2000 },
  { name: '`EventSource` and `close`', load: 'eventSources', operations: 2000 },
  { name: '`acrossTabs()` and `close`', load: 'tabs', operations: 2000 },
  { name: 'control: a handler is never removed', load: 'leakOfHandlers', operations: 2000, leaks: true },
]

export const SOAKS: readonly Soak[] = [
  ...node.map((soak) => ({ where: 'Node' as const, noise: NOISE, warmUp: WARM_UP, ...soak })),
  ...chromium.map((soak) => ({ where: 'Chromium' as const, noise: PAGE_NOISE, warmUp: WARM_UP, ...soak })),
]

/** How many operations there are between two samples. A leak on purpose shows only after enough of them, so it is never scaled down. */
export const stepOf = ({ operations, multiple = 1, leaks }: Soak, scale: number): number =>
  Math.ceil((operations * (leaks ? 1 : scale)) / SAMPLES / multiple) * multiple
