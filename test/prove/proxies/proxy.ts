import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/*
 * Starts, reloads and ends the program of a proxy.
 */

/** How a proxy is set up, for one check. */
export type Variant =
  /** As docs/proxies.md has it. */
  | 'documented'
  /** As it is if nothing is said but where the server is. */
  | 'bare'
  /** It compresses what it can. */
  | 'gzip'
  /** It ends what is silent for {@link SHORT_IDLE}. */
  | 'short-idle'
  /** It ends what is silent for {@link LONG_IDLE}. */
  | 'long-idle'
  /** It lets two streams through at a time. */
  | 'limited'
  /** It holds back what the server sends, headers too. */
  | 'buffering'
  /** It sends the headers, and holds back the events. */
  | 'headers-only'

/** In milliseconds: below and above the server's heartbeat. */
export const SHORT_IDLE = 500
export const LONG_IDLE = 3000

/** For a reload, in milliseconds. */
const RELOAD = 10_000

interface Ports {
  readonly proxy: number
  readonly upstream: number
  /** For what the proxy itself needs. */
  readonly admin: number
}

/** Where files are, and for which connections. */
export interface Place {
  readonly folder: string
  readonly ports: Ports
  /** A file with certificate and key. Undefined: without TLS. */
  readonly pem: string | undefined
}

/** One of the proxies that are proven. */
export interface Kind {
  readonly name: string
  readonly program: string
  /** The package of Debian that has it. */
  readonly package: string
  /** The part of what the program says of its version. */
  readonly version: RegExp
  readonly versionArgs: readonly string[]
  /** What docs/proxies.md calls its configuration: the language of the block. */
  readonly language: string
  /** The name of the file. */
  readonly file: string
  /** The text of the file; undefined: this proxy has no such variant. */
  config(documented: string, variant: Variant, place: Place): string | undefined
  start(place: Place): readonly string[]
  /** A signal to the process, or another command. */
  readonly reload: NodeJS.Signals | ((place: Place) => readonly string[])
  /** Ends it at once, with its worker processes. */
  readonly kill: NodeJS.Signals
  /** What is said in the table of a variant that it does not have. */
  readonly without: Readonly<Partial<Record<Variant, string>>>
}

/** @returns The version, or undefined if the program is not installed. */
export function versionOf({ program, version, versionArgs }: Kind): string | undefined {
  try {
    // nginx says it on stderr.
    const text = execFileSync('sh', ['-c', `${program} ${versionArgs.join(' ')} 2>&1`], { encoding: 'utf8' })
    return version.exec(text)?.[1]
  } catch {
    return undefined
  }
}

/** The configuration in docs/proxies.md: what is proven is what is documented. */
export function documentedConfig({ language }: Kind): string {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/proxies.md'), 'utf8')
  const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1]
  if (!block) throw Error(`docs/proxies.md has no block of ${language}`)
  return block
}

export class RunningProxy {
  readonly kind: Kind
  readonly #place: Place
  #child: ChildProcess | undefined

  constructor(kind: Kind, place: Place) {
    this.kind = kind
    this.#place = place
    mkdirSync(place.folder, { recursive: true })
  }

  get origin(): string {
    const { pem, ports } = this.#place
    return `${pem ? 'https' : 'http'}://localhost:${ports.proxy}`
  }

  /** @returns False if this proxy has no such variant. */
  async start(variant: Variant): Promise<boolean> {
    const text = this.kind.config(documentedConfig(this.kind), variant, this.#place)
    if (text === undefined) return false
    writeFileSync(join(this.#place.folder, this.kind.file), text)
    await this.again()
    return true
  }

  /** Starts it with the configuration that it had. */
  async again(): Promise<void> {
    const { folder, ports } = this.#place
    const child = spawn(this.kind.program, this.kind.start(this.#place), {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    })
    this.#child = child
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    while (!(await isListening(ports.proxy))) {
      if (child.exitCode !== null) throw Error(`${this.kind.name} did not start: ${output.trim().split('\n').at(-1)}`)
      await sleep(20)
    }
  }

  /** @throws Error if no new worker process appears: the stream would go on because nothing has happened. */
  async reload(): Promise<void> {
    const { reload, program, name } = this.kind
    // A command fails by itself.
    if (typeof reload !== 'string') return void execFileSync(program, reload(this.#place), { stdio: 'ignore' })
    const pid = this.#child?.pid ?? 0
    const old = childrenOf(pid)
    this.#child?.kill(reload)
    const end = Date.now() + RELOAD
    while (childrenOf(pid).every((each) => old.includes(each))) {
      if (Date.now() > end) throw Error(`${name} did not reload`)
      await sleep(20)
    }
  }

  /** Ends it as a crash does: no connection is waited for. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null) return
    child.kill(this.kind.kill)
    await once(child, 'exit')
    while (await isListening(this.#place.ports.proxy)) await sleep(20)
  }
}

/** The ids of the processes that a process has started, as Linux shows them. */
const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const found = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  socket.destroy()
  return found
}
