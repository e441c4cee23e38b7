import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/*
 * `npm run changeset -- add`, `-- status`, `-- version`: changesets for this one package. Its workspaces hold old versions of tools for
 * tests, and changesets would take them for the packages of a monorepo. So it does not see them. `version` also gives the new version
 * a heading in CHANGELOG.md, which is written by hand, and sets the version in package-lock.json.
 */

const WORKSPACES = / {2}"workspaces": \[.*?\],\n/s
/** What follows the workspaces, so that they find their place again. */
const NEXT = '  "exports": {'

/**
 * The manifest without its workspaces, and a function that puts them back into it.
 * @param {string} manifest
 */
export function hideWorkspaces(manifest) {
  const [workspaces] = WORKSPACES.exec(manifest) ?? []
  if (workspaces === undefined || !manifest.includes(workspaces + NEXT))
    throw new Error('package.json: expected "workspaces" before "exports"')
  return {
    hidden: manifest.replace(workspaces, ''),
    /** @param {string} text */
    show: (text) => text.replace(NEXT, () => workspaces + NEXT),
  }
}

/**
 * Gives the version a heading below "Unreleased", if it has none.
 * @param {string} changelog
 * @param {string} version
 * @param {string} date - Such as 2026-01-31.
 */
export const withHeading = (changelog, version, date) =>
  changelog.includes(`## [${version}]`)
    ? changelog
    : changelog.replace('## [Unreleased]', `## [Unreleased]\n\n## [${version}] - ${date}`)

/**
 * The lock file with this version of the package, as `npm install --package-lock-only` would write it.
 * @param {string} lock
 * @param {string} version
 */
export function withVersion(lock, version) {
  const { packages, ...rest } = JSON.parse(lock)
  const own = { ...packages[''], version }
  return `${JSON.stringify({ ...rest, version, packages: { ...packages, '': own } }, null, 2)}\n`
}

const edit = (file, change) => writeFileSync(file, change(readFileSync(file, 'utf8')))

function main() {
  // Ctrl+C ends changesets, and what was hidden is put back then.
  process.on('SIGINT', () => {})
  const args = process.argv.slice(2)
  const { hidden, show } = hideWorkspaces(readFileSync('package.json', 'utf8'))
  writeFileSync('package.json', hidden)
  try {
    const { status } = spawnSync('changeset', args, { stdio: 'inherit', shell: process.platform === 'win32' })
    process.exitCode = status ?? 1
  } finally {
    edit('package.json', show)
  }
  if (args[0] !== 'version' || process.exitCode !== 0) return
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  edit('package-lock.json', (text) => withVersion(text, version))
  edit('CHANGELOG.md', (text) => withHeading(text, version, new Date().toISOString().slice(0, 10)))
}

if (import.meta.filename === process.argv[1]) main()
