import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Command, Consumer, Installer } from './consumer.ts'

/*
 * Projects in a temporary folder, with the package as it would be published.
 */

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url))

const FOLDER = join(tmpdir(), 'headwater-consumers')

/** What the programs of a project are started with: nothing of this project's own. @param node - The folder of its Node. */
const environment = (node = join(process.execPath, '..')): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|INIT_CWD)/.test(name))
  const path = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules/.bin'))
  return {
    ...Object.fromEntries(kept),
    PATH: [node, ...path].join(':'),
    CI: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
    ASTRO_TELEMETRY_DISABLED: '1',
    NG_CLI_ANALYTICS: 'false',
  }
}

/** Runs a program. @throws Error with the end of what it printed. */
async function execute(folder: string, [program = '', ...args]: readonly string[], node?: string): Promise<void> {
  try {
    // Nothing that is installed takes so long: what does hangs.
    await run(program, args, { cwd: folder, env: environment(node), maxBuffer: 1e8, timeout: 600_000 })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw Error(`${basename(program)} ${args.join(' ')}: ${`${stdout}\n${stderr}`.trim().slice(-1500)}`)
  }
}

/** Packs what `npm run build` has made. @returns The file. */
export async function pack(): Promise<string> {
  if (!existsSync(join(root, 'dist'))) throw Error('There is no dist/ to pack: run `npm run build` first.')
  mkdirSync(FOLDER, { recursive: true })
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', FOLDER]
  const { stdout } = await run('npm', args, { cwd: root, maxBuffer: 1e8 })
  const packed: unknown = JSON.parse(stdout)
  const [first] = Object.values(packed as Record<string, { filename: string }>)
  return join(FOLDER, first?.filename ?? '')
}

/** A project with the files of its fixtures alone. @returns Its folder. */
export function createProject({ name, fixture = name }: Pick<Consumer, 'name' | 'fixture'>): string {
  const folder = join(FOLDER, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: `consumer-${name}`, private: true, type: 'module' }),
  )
  for (const part of ['shared', fixture]) cpSync(join(fixtures, part), folder, { recursive: true })
  const own = join(fixtures, name)
  if (existsSync(own)) cpSync(own, folder, { recursive: true })
  return folder
}

/** Each installer, and how it adds packages to a project. */
const ADD: Readonly<Record<Installer, readonly string[]>> = {
  npm: ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error'],
  yarn: ['yarn', 'add', '--non-interactive'],
  pnpm: ['pnpm', 'add'],
  bun: ['bun', 'add'],
}

/** Where the installers themselves are, other than npm, and other versions of Node. */
const tools = (name: string): string => join(FOLDER, 'tools', name)

/** Installs a program beside the projects, once. @returns The folder of its command. */
async function tool(specifier: string): Promise<string> {
  const folder = tools(specifier)
  const bin = join(folder, 'node_modules/.bin')
  if (existsSync(bin)) return bin
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  await execute(folder, [...ADD.npm, specifier])
  return bin
}

const nodeOf = ({ node }: Consumer): Promise<string> | undefined => (node ? tool(`node@${node}`) : undefined)

/** Where npm has the others: Yarn 2 is another program. */
const SPECIFIERS: Readonly<Record<Exclude<Installer, 'npm'>, string>> = { yarn: 'yarn@1', pnpm: 'pnpm', bun: 'bun' }

/** @throws Error with the end of what the installer printed. */
export async function install(consumer: Consumer, folder: string, tarball: string): Promise<void> {
  const { installer = 'npm', packages } = consumer
  const [program = '', ...args] = ADD[installer]
  const path = installer === 'npm' ? program : join(await tool(SPECIFIERS[installer]), program)
  await execute(folder, [path, ...args, tarball, ...packages], await nodeOf(consumer))
}

/** Runs a program of the project. @throws Error with the end of what it printed. */
export async function runIn(folder: string, [program, ...args]: Command, consumer: Consumer): Promise<void> {
  const path = program === 'node' ? program : join(folder, 'node_modules/.bin', program)
  await execute(folder, [path, ...args], await nodeOf(consumer))
}

/** The version of the installer itself. */
export async function installerVersion(installer: Installer): Promise<string> {
  const path = installer === 'npm' ? installer : join(await tool(SPECIFIERS[installer]), installer)
  return (await run(path, ['--version'], { env: environment() })).stdout.trim()
}

export function versionOf(folder: string, name: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'))
  return `${version}`
}
