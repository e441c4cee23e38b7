import type { Command, Consumer, Installer } from './consumer.ts'
import { PAGES } from './table-pages.ts'

/*
 * Every consumer that is tried.
 */

const check: readonly Command[] = [['node', 'check.mjs']]

const node = (version: string): Consumer => ({
  name: `node-${version}`,
  group: 'programs',
  title: `Node ${version}`,
  fixture: 'program',
  packages: [`node@${version}`],
  program: ['node', 'main.mjs'],
})

const PROGRAMS: readonly Consumer[] = [
  ...['20', '22', '24'].map(node),
  { name: 'bun', group: 'programs', title: 'Bun', fixture: 'program', packages: ['bun'], program: ['bun', 'main.mjs'] },
  {
    name: 'deno',
    group: 'programs',
    title: 'Deno',
    fixture: 'program',
    packages: ['deno'],
    program: ['deno', 'run', '--node-modules-dir=manual', '--allow-all', 'main.mjs'],
  },
  { name: 'jest', group: 'programs', title: 'Jest, CommonJS', packages: ['jest'], program: ['jest'] },
]

const beside = (peer: string, version: string, fixture: string, title = `${peer} ${version}`): Consumer => ({
  name: `${peer}-${version}`,
  group: 'peers',
  title,
  fixture,
  packages: [`${peer}@${version}`],
  commands: check,
})

const PEERS: readonly Consumer[] = [
  beside('msw', '2', 'msw'),
  beside('msw', '3', 'msw'),
  beside('prom-client', '14', 'prom-client'),
  beside('prom-client', '15', 'prom-client'),
  beside('react', '17', 'old-react', 'React 17, which `headwater/react` refuses'),
  beside('vue', '2.7', 'old-vue', 'Vue 2.7, which `headwater/vue` refuses'),
]

const installed = (installer: Installer, title: string, node?: string): Consumer => ({
  name: `install-${installer}${node ? `-node-${node}` : ''}`,
  group: 'installers',
  title,
  fixture: 'imports',
  packages: [],
  installer,
  ...(node && { node }),
  commands: check,
})

const INSTALLERS: readonly Consumer[] = [
  installed('npm', 'npm'),
  installed('npm', 'npm, on Node 20', '20'),
  installed('yarn', 'Yarn 1'),
  installed('yarn', 'Yarn 1, on Node 20', '20'),
  installed('pnpm', 'pnpm'),
  installed('bun', 'bun install'),
]

/** TypeScript 6 gave up `moduleResolution: node10`. */
const withNode10 = (version: string): boolean => version.startsWith('5')

const typescript = (version: string): Consumer => ({
  name: `typescript-${version}`,
  group: 'typescript',
  title: `TypeScript ${version}${withNode10(version) ? ', `node10` too' : ''}`,
  fixture: 'typescript',
  packages: [`typescript@${version}`, '@types/node@24', '@types/react', 'react', 'vue'],
  shown: ['typescript'],
  commands: ['node', 'bundler', 'pages', ...(withNode10(version) ? ['node10'] : [])].map(
    (kind): Command => ['tsc', '-p', `tsconfig.${kind}.json`],
  ),
})

export const CONSUMERS: readonly Consumer[] = [
  ...PAGES,
  ...PROGRAMS,
  ...PEERS,
  ...INSTALLERS,
  ...['5.4', '5.6', '5.8', '5.9', '6.0', '7.0'].map(typescript),
]
