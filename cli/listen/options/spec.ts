import type { Options } from '../../command-line/args.ts'
import type { Manual } from '../../command-line/help.ts'

/* The options of `headwater listen`, and its help. The parser, the help and the test of docs/cli.md read the same table. */

const REQUEST = {
  header: { short: 'H', value: "'name: value'", repeatable: true, help: 'send a header' },
  method: { short: 'X', value: 'METHOD', help: 'GET, or POST if there is a body' },
  data: {
    short: 'd',
    value: 'BODY',
    help: 'send a body: text, @file, or @- for stdin. If it is JSON and you\nsay nothing else, content-type is application/json',
  },
  'last-event-id': { value: 'ID', help: 'start after the event with this id' },
  topic: { short: 't', value: 'NAME', repeatable: true, help: 'ask for a topic, as the query parameter topics' },
} as const satisfies Options

const SELECTION = {
  event: { short: 'e', value: 'PATTERN', repeatable: true, help: "show only these: a name, 'order.*', or '*' for all" },
  grep: { short: 'g', value: 'REGEXP', help: 'show only events whose data matches' },
  count: { short: 'n', value: 'N', help: 'end after N events have been shown' },
  for: { value: 'DURATION', help: 'end after so long: 500ms, 10s, 2m, 1h; a plain number is seconds' },
} as const satisfies Options

const OUTPUT = {
  json: { help: 'one JSON object a line: type, data, id, receivedAt (epoch ms), topic' },
  'data-only': { help: 'the data alone, one event a line (for jq)' },
  parse: {
    value: 'auto|json|text',
    help: 'auto: data is JSON if it can be read as such, else text (default)\njson: anything else is reported as invalid; text: it is text',
  },
  stats: { help: 'at the end, a table of what came' },
  quiet: { short: 'q', help: 'nothing on stderr but the error that ends it, and --stats' },
  verbose: {
    short: 'v',
    help: "also on stderr: request, response, comments, retry fields, ids without\nevent, repeats and the server's own events. Secrets are not shown",
  },
} as const satisfies Options

const CONNECTION = {
  once: { help: 'the end of the response is the end; never send the request twice' },
  wait: { help: 'keep trying even if the first connection cannot be made' },
  heartbeat: {
    value: 'MS|auto|off',
    help: "a connection is dead after so long a silence; auto: learn it from the\nserver's comments and headers (default). 15s is understood too",
  },
  'connect-timeout': { value: 'MS', help: 'wait so long for response headers (15000; 0: for ever)' },
  help: { short: 'h', help: 'show this' },
} as const satisfies Options

export const LISTEN_OPTIONS = { ...REQUEST, ...SELECTION, ...OUTPUT, ...CONNECTION } as const satisfies Options

export const LISTEN_MANUAL: Manual = {
  synopsis: 'headwater listen URL [options]',
  about: `Shows the events of a stream, reconnects when it breaks, resumes where it stopped, and says so when events were lost.
Events go to stdout, everything else to stderr. user:password@ in the URL signs in with Basic.`,
  groups: [
    ['The request', REQUEST],
    ['What is shown, and for how long', SELECTION],
    ['Output', OUTPUT],
    ['The connection', CONNECTION],
  ],
  examples: [
    ['a stream behind a token', `headwater listen https://api.example.com/events -H "authorization: Bearer $TOKEN"`],
    [
      'ask a language model, once, and print its words',
      `headwater listen https://llm.example.com/v1/chat/completions --once -d @request.json \\
    -H "authorization: Bearer $KEY" --data-only --grep '^{' | jq -rj '.choices[0].delta.content // empty'`,
    ],
    ['only order.*, as NDJSON', `headwater listen localhost:8080/events -e 'order.*' --json > orders.ndjson`],
    ['watch heartbeats and retry fields', 'headwater listen localhost:8080/events -v'],
    ['go on where an earlier run stopped', 'headwater listen localhost:8080/events --last-event-id k3f9x2ab-1041'],
    ['measure for 30 seconds', 'headwater listen localhost:8080/events --for 30s --stats --quiet > /dev/null'],
  ],
  exitCodes: [
    ['0', 'the end that was asked for: --count, --for, a complete response with --once, status 204, a closed pipe'],
    [
      '1',
      'it failed for good, or the first connection could not be made (unless --wait), or --for ended before any was',
    ],
    ['2', 'the command line is wrong'],
    ['129, 130, 143', 'SIGHUP (the terminal was closed), SIGINT (Ctrl+C), SIGTERM'],
  ],
  environment: [
    ['NO_COLOR, FORCE_COLOR', 'no colours, or colours into pipes too'],
    ['NODE_EXTRA_CA_CERTS', 'a file with more authorities to trust'],
    [
      'NODE_USE_ENV_PROXY=1',
      'use HTTP_PROXY, HTTPS_PROXY and NO_PROXY (Node 22.21 and 24; older ones know no proxies)',
    ],
  ],
}
