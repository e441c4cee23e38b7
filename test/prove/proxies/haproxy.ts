import type { Kind, Place, Variant } from './proxy.ts'
import { LONG_IDLE, SHORT_IDLE } from './proxy.ts'

const IDLE: Readonly<Partial<Record<Variant, number>>> = { 'short-idle': SHORT_IDLE, 'long-idle': LONG_IDLE }

function config(documented: string, variant: Variant, { ports, pem }: Place): string | undefined {
  if (variant === 'buffering' || variant === 'headers-only') return undefined
  const idle = IDLE[variant]
  const bind = `bind 127.0.0.1:${ports.proxy}${pem ? ` ssl crt ${pem} alpn h2,http/1.1` : ''}`
  const compression = variant === 'gzip' ? '    compression algo gzip\n    compression type text/event-stream\n' : ''
  const limit = variant === 'limited' ? ' maxconn 2' : ''
  const text = documented
    .replace(/bind .*/, bind)
    .replace('127.0.0.1:8080', `127.0.0.1:${ports.upstream}${limit}`)
    .replace(/^backend .*\n/m, (line) => line + compression)
  return idle ? text.replace(/timeout (client|server) .*/g, `timeout $1 ${idle}ms`) : `${text}`
}

export const haproxy: Kind = {
  name: 'HAProxy',
  program: 'haproxy',
  package: 'haproxy',
  version: /version ([\d.]+)/,
  versionArgs: ['-v'],
  language: 'haproxy',
  file: 'haproxy.cfg',
  config,
  // With a master process, as a reload needs one.
  start: ({ folder }) => ['-W', '-f', `${folder}/haproxy.cfg`],
  reload: 'SIGUSR2',
  // One that is killed leaves its worker processes.
  kill: 'SIGTERM',
  without: { buffering: 'does not hold back', 'headers-only': 'does not hold back' },
}
