/*
 * A project that uses the package, as the table lists it.
 */

/** The parts of docs/compatibility.md. */
export type Group = 'pages' | 'programs' | 'peers' | 'installers' | 'typescript'

export type Installer = 'npm' | 'yarn' | 'pnpm' | 'bun'

/** A program in `node_modules/.bin`, or `node`, and its arguments. */
export type Command = readonly [program: string, ...args: string[]]

export interface Consumer {
  /** How `--only` names it; and its folder in fixtures/. */
  readonly name: string
  readonly group: Group
  /** What the table in the docs calls it. */
  readonly title: string
  /** Another folder in fixtures/, which comes first. */
  readonly fixture?: string
  /** What is installed beside the package, as `npm install` takes it. */
  readonly packages: readonly string[]
  /** The packages of which the table shows the versions. Default: all of `packages`. */
  readonly shown?: readonly string[]
  /** Default: npm. The table then shows its version too. */
  readonly installer?: Installer
  /** The version of Node that installs it and runs `node`. Default: the one that runs all this. */
  readonly node?: string
  /** Commands that build it, or check it: each must succeed. */
  readonly commands?: readonly Command[]
  /** The folder that is then served to Chromium. */
  readonly site?: string
  /**
   * A server that is then started: it renders the page, has the stream at `/events`, and publishes a number that is sent to `/publish`.
   * The address of the stream, as the page has it, is in the variable STREAM.
   */
  readonly server?: Command
  /** A program that prints the numbers that it hears. The address of the stream is in the variable STREAM. */
  readonly program?: Command
}

/** What was seen of a consumer. */
export interface Result {
  /** The day, such as 2026-11-30. */
  readonly date: string
  readonly versions: Readonly<Record<string, string>>
  /** What went wrong. Absent: nothing. */
  readonly failure?: string
}
