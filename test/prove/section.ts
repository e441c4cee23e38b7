/*
 * What a run of `npm run prove` found, as it is kept in test/prove/results/ and shown in docs/reliability.md.
 */

/** A table as the document shows it. */
interface Table {
  readonly title?: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** One section of docs/reliability.md, and one file of test/prove/results/. */
export interface Section {
  /** The heading. */
  readonly title: string
  /** The day of the run, such as 2026-11-30. */
  readonly date: string
  /** The command that repeats it. */
  readonly command: string
  /** What ran, each with its version. */
  readonly versions: Readonly<Record<string, string>>
  /** What was done, in Markdown. */
  readonly intro: string
  readonly tables: readonly Table[]
  /** What the tables do not say, each a sentence or two of Markdown. */
  readonly notes: readonly string[]
}

/** What a run has to say. */
export interface Outcome {
  readonly section: Section
  /** What was not as it should be, a line each. */
  readonly failures: readonly string[]
  /** What could not run here, a line each, with the command that installs what is missing. */
  readonly leftOut: readonly string[]
}

/** Runs the proofs of one section. @param args - Those of the command line that follow the section's name. */
export type Prove = (args: readonly string[]) => Promise<Outcome>

/** The day, as a section has it. */
export const today = (): string => new Date().toISOString().slice(0, 10)
