import type { Kind, Place, Variant } from './proxy.ts'
import { LONG_IDLE, SHORT_IDLE } from './proxy.ts'

/** What a variant says of the connection to the server. */
const PROXY: Readonly<Partial<Record<Variant, string>>> = {
  'short-idle': `transport http { 
      read_timeout ${SHORT_IDLE}ms
    }`,
  'long-idle': `transport http {
      read_timeout ${LONG_IDLE}ms
    }`,
  limited: `transport http {
      max_conns_per_host 2
    }`,
  buffering: 'buffer_responses',
}

function config(documented: string, variant: Variant, { ports, pem }: Place): string | undefined {
  if (variant === 'headers-only') return undefined
  const more = PROXY[variant]
  const gzip = variant === 'gzip' ? 'encode gzip\n    ' : ''
  const tls = pem ? `tls ${pem} ${pem}\n    ` : ''
  const site = documented
    .replace('example.com', `${pem ? 'https' : 'http'}://localhost:${ports.proxy}`)
    .replace(
      /reverse_proxy .*/,
      (line) => `bind 127.0.0.1\n    ${tls}${gzip}${line}${more ? ` {\n    ${more}\n    }` : ''}`,
    )
    .replace('127.0.0.1:8080', `127.0.0.1:${ports.upstream}`)
  return `{
    admin 127.0.0.1:${ports.admin}
    auto_https off
}
${site}`
}

export const caddy: Kind = {
  name: 'Caddy',
  program: 'caddy',
  package: 'caddy',
  version: /v?([\d.]+)/,
  versionArgs: ['version'],
  language: 'caddyfile',
  file: 'Caddyfile',
  config,
  start: ({ folder }) => ['run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'],
  reload: ({ folder, ports }) => [
    'reload',
    '--force',
    '--config',
    `${folder}/Caddyfile`,
    '--adapter',
    'caddyfile',
    '--address',
    `127.0.0.1:${ports.admin}`,
  ],
  // At SIGTERM it waits for the streams to end.
  kill: 'SIGKILL',
  without: { 'headers-only': 'holds back the headers too' },
}
