import { shownPath } from './paths.ts'

/** A place in a source file. Lines and columns begin with 1. */
export interface Place {
  /** Its absolute path. */
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** A mistake in a source, and its place. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly place: Place
  readonly text: string
}

/** Stops everything at once: a path that cannot be read, a package that is not installed, a file that does not parse. */
export class GenerateError extends Error {
  readonly place: Place | undefined

  constructor(message: string, place?: Place) {
    super(message)
    this.name = 'GenerateError'
    this.place = place
  }
}

/** Collects problems, so that one run names all of them. */
export class Problems {
  /** By what they say: a part of a source that is looked at several times has each once. */
  readonly #found = new Map<string, Problem>()

  get list(): readonly Problem[] {
    return [...this.#found.values()]
  }

  get hasErrors(): boolean {
    return this.list.some(({ severity }) => severity === 'error')
  }

  error(place: Place, text: string): void {
    this.#add({ severity: 'error', place, text })
  }

  warn(place: Place, text: string): void {
    this.#add({ severity: 'warning', place, text })
  }

  #add(problem: Problem): void {
    this.#found.set(JSON.stringify(problem), problem)
  }
}

/** `models/order_sse.rs:12:5`, as editors and terminals understand it, from the folder that the command runs in. */
export const formatPlace = ({ file, line, column }: Place, folder: string): string => {
  const path = shownPath(file, folder)
  return line === undefined ? path : `${path}:${line}:${column ?? 1}`
}

/** One line, without a line end. */
export const formatProblem = ({ severity, place, text }: Problem, folder: string): string =>
  `${formatPlace(place, folder)}: ${severity === 'warning' ? 'warning: ' : ''}${text}`
