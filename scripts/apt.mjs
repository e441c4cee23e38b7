import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/*
 * Debian's packages, for tests that need programs of the system.
 */

export const hasApt = () => existsSync('/usr/bin/apt-get')

/** Packages can be installed without asking anybody. */
export const mayInstall = () => hasApt() && process.getuid?.() === 0

/** @param what - What they are for, as it is printed. */
export function install(what, packages) {
  console.log(`Installing for ${what}: ${packages.join(', ')}`)
  const apt = (...args) =>
    execFileSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  try {
    // Debian has its current browsers in the security archive. Unless asked for, an archive that does not answer is no error,
    // and browsers that are years old would be installed.
    apt('update', '-qq', '-o', 'APT::Update::Error-Mode=any', '-o', 'Acquire::Retries=5')
  } catch {
    // Some other archive of this system may be the one that is missing.
    apt('update', '-qq')
  }
  apt('install', '-y', '-qq', '--no-install-recommends', ...packages)
}
