import type { Options } from '../command-line/args.ts'
import type { Manual } from '../command-line/help.ts'

/* The options of `headwater mock`, and its help. The parser and the help read the same table. */

const SERVER = {
  port: { short: 'p', value: 'N', help: 'the port to listen on (8080); 0: a free one' },
  host: {
    value: 'ADDRESS',
    help: 'the address to listen on (127.0.0.1, where localhost leads too); 0.0.0.0\nlets other machines and containers in, to the control endpoint as well',
  },
  'no-cors': { help: 'send no CORS headers, so that pages of other origins are kept out' },
} as const satisfies Options

const STREAMS = {
  tick: {
    value: 'DURATION',
    help: 'without a script: how often a tick is sent (1s); 0: never, and every\nstream is left to stdin and to the control endpoint',
  },
  replay: { help: 'remember events with an id, and send them again to who comes back' },
  introduce: {
    help: "begin each stream with `connected`, as headwater's own server does, so\nthat clients take gap and goodbye",
  },
} as const satisfies Options

const OTHER = {
  quiet: { short: 'q', help: 'nothing on stderr but mistakes' },
  help: { short: 'h', help: 'show this' },
} as const satisfies Options

export const MOCK_OPTIONS = { ...SERVER, ...STREAMS, ...OTHER } as const satisfies Options

export const MOCK_MANUAL: Manual = {
  synopsis: 'headwater mock [SCRIPT.json] [options]',
  about: `Serves event streams to try a client on, at every path. Its URL goes to stdout, in one line; what happens goes to stderr.

Without a script each stream gets an event a second, \`tick\`, with an id and {"n", "at"}, and a comment every fifth. Who comes
back with Last-Event-ID gets what was sent meanwhile, so --replay is on.

A script is JSON: a list of steps, done with each request; a list of such lists, one for each request; or an object
{ "script", "routes": { "/path": script }, "replay", "introduce" }. Steps:
  {"send":{"event":"order.created","data":{"id":"A-1"},"id":"1"}}  {"comment":"ping"}  {"retry":5000}  {"raw":["da","ta: 1\\n\\n"]}
  {"wait":500}  {"drop":true}  {"end":true}  {"stall":true}  {"open":{"delay":500}}  {"refuse":{"status":503}}  {"redirect":"/b"}
  {"introduce":{}}  {"gap":{"reason":"expired"}}  {"goodbye":1000}

Each line of stdin is a step, or a list of steps, that is done at once to all open streams. The end of stdin ends nothing.
Over HTTP the control endpoint does the same, and more: GET URL/__mock shows requests and streams; POST /__mock/do steps now,
/__mock/script steps for the next request, /__mock/reset all as new; GET /__mock/connected, /closed and /requests?count=N wait.`,
  groups: [
    ['The server', SERVER],
    ['Streams', STREAMS],
    ['Other', OTHER],
  ],
  examples: [
    ['ticks; in another terminal, headwater listen localhost:8080 shows them', 'headwater mock'],
    [
      'an event from another terminal',
      `curl -d '{"send":{"event":"order.created","data":{"id":"A-1"}}}' localhost:8080/__mock/do`,
    ],
    ['break every stream', `curl -d '{"drop":true}' localhost:8080/__mock/do`],
    ['refuse the next request', `curl -d '{"refuse":{"status":503}}' localhost:8080/__mock/script`],
    ['next to the dev server of an application, for its tests', 'headwater mock --tick 0 --replay --quiet --port 8081'],
    [
      'in the background, where nothing may read the terminal, with its URL in a file',
      'headwater mock --port 0 < /dev/null > mock.url &',
    ],
  ],
  exitCodes: [
    ['0', 'SIGINT (Ctrl+C), SIGTERM or SIGHUP: there is no other end'],
    ['1', 'it cannot listen: the port is in use, say'],
    ['2', 'the command line or the script is wrong'],
  ],
  environment: [['NO_COLOR, FORCE_COLOR', 'no colours, or colours into pipes too']],
}
