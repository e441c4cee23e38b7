import type { Options } from '../command-line/args.ts'
import type { Manual } from '../command-line/help.ts'

/* The options of `headwater generate`, and its help. The parser and the help read the same table. */

const OUTPUT = {
  out: { short: 'o', value: 'FOLDER', help: 'where to write the files' },
  schemas: {
    value: 'KIND',
    help: 'validators too, in schemas.ts: plain (code without a library), zod, valibot',
  },
  publisher: { help: 'a function for each event of a hub too, in publisher.ts' },
  extension: {
    value: 'EXT',
    help: 'how the files import each other: js (the default), ts, none',
  },
} as const satisfies Options

const RUNS = {
  check: {
    help: 'write nothing; exit code 1 if a file is not what would be written, or is\nof an earlier run with --schemas or --publisher',
  },
  diff: {
    value: 'OLD.json',
    help: 'write nothing; say what has changed since this event map, and exit with\n1 if something breaks clients of before',
  },
  watch: { help: 'generate again after each change, until Ctrl+C' },
} as const satisfies Options

const RUST = {
  types: {
    value: 'FILES',
    repeatable: true,
    help: 'files, folders or globs with types that events refer to, and no events',
  },
  case: { value: 'CASE', help: 'names of events: keep (as the struct has it), snake, dot, kebab' },
  int64: {
    value: 'HOW',
    help: 'i64, u64 and the like: number (with a warning), string or bigint (if\nthat is what you make of them), error',
  },
  map: {
    value: 'NAME=TYPE',
    repeatable: true,
    help: 'what a type is in JSON: string, number, integer, boolean, unknown, or\nwith a format, string:uuid',
  },
} as const satisfies Options

const OTHER = {
  quiet: { short: 'q', help: 'nothing but mistakes' },
  help: { short: 'h', help: 'show this' },
} as const satisfies Options

export const GENERATE_OPTIONS = { ...OUTPUT, ...RUNS, ...RUST, ...OTHER } as const satisfies Options

export const GENERATE_MANUAL: Manual = {
  synopsis: 'headwater generate SOURCE... --out FOLDER [options]',
  about: `Generates TypeScript for the events that a server declares: types, constants for their names, validators, and a publisher for
the hub.

A source is a file, a folder or a glob (in quotes, so that the shell leaves it alone):
  events.json         an event map, such as this command writes
  order.created.json  a JSON Schema; the event is called as the file is
  comment_sse.rs      Rust: structs and enums that derive serde's Serialize
  openapi.yaml        OpenAPI 3.2 (itemSchema of text/event-stream), or 3.1 with x-sse-events
  asyncapi.yaml       AsyncAPI 3: the messages that the server sends
  folder              every *_sse.rs in it; if there is none, every .json, .yaml and .yml`,
  groups: [
    ['Output', OUTPUT],
    ['What to do', RUNS],
    ['Rust', RUST],
    ['Other', OTHER],
  ],
  examples: [
    ['from the models of a server in Rust', 'headwater generate server/src/models --out src/events'],
    ['from a folder of JSON Schemas', 'headwater generate schemas --out src/events'],
    ['in CI: are the generated files those of the sources?', 'headwater generate models --out src/events --check'],
    [
      'what breaks clients of the main branch?',
      'git show main:src/events/events.json > old.json\n  headwater generate models --diff old.json',
    ],
  ],
  exitCodes: [
    ['0', 'done; with --watch, a signal'],
    ['1', 'a source has a mistake, or cannot be read; nothing was written. Or --check\nor --diff found something'],
    ['2', 'the command line is wrong'],
  ],
  environment: [['NO_COLOR, FORCE_COLOR', 'no colours, or colours into pipes too']],
}
