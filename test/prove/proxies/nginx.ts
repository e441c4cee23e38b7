import type { Kind, Place, Variant } from './proxy.ts'
import { LONG_IDLE, SHORT_IDLE } from './proxy.ts'

/** What a variant adds to the location. */
const LINES: Readonly<Partial<Record<Variant, string>>> = {
  gzip: 'gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream;',
  'short-idle': `proxy_read_timeout ${SHORT_IDLE}ms;`,
  'long-idle': `proxy_read_timeout ${LONG_IDLE}ms;`,
  limited: 'limit_conn streams 2;',
}

const BARE = 'location /events { proxy_pass http://127.0.0.1:8080; }'
/** The header that a server sends against buffering is ignored. */
const BUFFERING = `location /events {
  proxy_pass http://127.0.0.1:8080;
  proxy_ignore_headers X-Accel-Buffering;
}`

/** The headers are sent at once, and the events wait for a full buffer. */
const HEADERS_ONLY = BUFFERING.replace('}', '  postpone_output 0;\n}')

function locationOf(documented: string, variant: Variant): string {
  if (variant === 'bare') return BARE
  if (variant === 'buffering') return BUFFERING
  if (variant === 'headers-only') return HEADERS_ONLY
  return documented.replace('/api/events', '/events').replace(/\}\s*$/, `${LINES[variant] ?? ''}\n}`)
}

function config(documented: string, variant: Variant, { folder, ports, pem }: Place): string {
  const listen = `127.0.0.1:${ports.proxy}${pem ? ' ssl http2' : ''}`
  const tls = pem ? `ssl_certificate ${pem}; ssl_certificate_key ${pem};` : ''
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${paths.map((path) => `${path}_temp_path ${folder}/${path};`).join(' ')}
  limit_conn_zone $binary_remote_addr zone=streams:1m;
  server {
    listen ${listen};
    ${tls}
    location / { proxy_pass http://127.0.0.1:8080; }
    ${locationOf(documented, variant)}
  }
}
`.replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.upstream}`)
}

export const nginx: Kind = {
  name: 'nginx',
  program: 'nginx',
  package: 'nginx',
  version: /nginx\/([\d.]+)/,
  versionArgs: ['-v'],
  language: 'nginx',
  file: 'nginx.conf',
  config,
  start: ({ folder }) => ['-e', `${folder}/error.log`, '-p', folder, '-c', `${folder}/nginx.conf`],
  reload: 'SIGHUP',
  // One that is killed leaves its worker processes.
  kill: 'SIGTERM',
  without: {},
}
