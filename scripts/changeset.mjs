import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/*
 * `npm run changeset -- add`, `-- status`, `-- version`: changesets for this one package. Its workspaces hold old versions of tools for
 * tests, and changesets would take them for the packages of a monorepo. So it does not see them. `version` also gives the new version
 * a heading in CHANGELOG.md, which is written by hand.
 */

const WORKSPACES = / {2}"workspaces": \[.*?\],\n/s

const [workspaces = ''] = WORKSPACES.exec(readFileSync('package.json', 'utf8')) ?? []
/** What follows the workspaces, so that they find their place again. */
const NEXT = '  "exports": {'

const edit = (file, change) => writeFileSync(file, change(readFileSync(file, 'utf8')))

const args = process.argv.slice(2)
edit('package.json', (text) => text.replace(workspaces, ''))
try {
  const { status } = spawnSync('changeset', args, { stdio: 'inherit', shell: process.platform === 'win32' })
  process.exitCode = status ?? 1
} finally {
  edit('package.json', (text) => text.replace(NEXT, workspaces + NEXT))
}

if (args[0] === 'version' && process.exitCode === 0) {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const heading = `## [${version}] - ${new Date().toISOString().slice(0, 10)}`
  edit('CHANGELOG.md', (text) =>
    text.includes(`## [${version}]`) ? text : text.replace('## [Unreleased]', `## [Unreleased]\n\n${heading}`),
  )
}
