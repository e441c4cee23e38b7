import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { hasApt, install, mayInstall } from './apt.mjs'

/*
 * The Redis that tests start for themselves. As a program, `node scripts/redis.mjs` installs it where it may, and else says which
 * command does.
 */

/** The path of redis-server, or of Valkey's: the first one of PATH. Undefined if there is none. */
export const findRedis = () =>
  ['redis-server', 'valkey-server']
    .flatMap((name) => [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'].map((folder) => join(folder, name)))
    .find((path) => existsSync(path))

/** The command that installs it on this system, or the page that says how. */
export function howToInstallRedis() {
  if (hasApt()) return 'sudo apt-get install -y redis-server'
  if (process.platform === 'darwin') return 'brew install redis'
  return 'https://redis.io/docs/latest/operate/oss_and_stack/install/'
}

function main() {
  if (findRedis()) return
  if (mayInstall()) return install('the tests with Redis', ['redis-server'])
  console.log('The tests with Redis (test/node/redis*) are left out: this system has no redis-server. To install it:')
  console.log(`  ${howToInstallRedis()}`)
}

if (import.meta.filename === process.argv[1]) main()
