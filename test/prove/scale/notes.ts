import type { Verdict } from '../verdict.ts'
import { type Heard, judge } from './judge.ts'

/*
 * What was published and heard in a run.
 */

/** What became of an event, as its publisher says. */
type Fate =
  /** '': the log was emptied before the event was handed out. */
  | { readonly kind: 'published'; readonly id: string }
  /** Nobody knows whether it was written. */
  | { readonly kind: 'rejected' }
  /** Nobody gets it. */
  | { readonly kind: 'unwritten' }

export class Notes {
  /** What each client heard. */
  readonly histories: Heard[][] = []
  /** What went wrong elsewhere, a line each. */
  readonly wrong: string[] = []
  readonly #fates = new Map<string, Fate>()

  published(text: string, id: string): void {
    this.#fates.set(text, { kind: 'published', id })
  }

  /** @param isUnwritten - The error says that nobody gets it. */
  rejected(text: string, isUnwritten: boolean): void {
    this.#fates.set(text, { kind: isUnwritten ? 'unwritten' : 'rejected' })
  }

  /** @returns The history of another client. */
  begin(): Heard[] {
    const history: Heard[] = []
    this.histories.push(history)
    return history
  }

  /** The events that were published after so many others. */
  publishedSince(count: number): ReadonlySet<string> {
    const texts = [...this.#fates].flatMap(([text, { kind }]) => (kind === 'published' ? [text] : []))
    return new Set(texts.slice(count))
  }

  get counts(): { readonly published: number; readonly rejected: number } {
    const kinds = [...this.#fates.values()].map(({ kind }) => kind)
    const published = kinds.filter((kind) => kind === 'published').length
    return { published, rejected: kinds.length - published }
  }

  /** What each client's history shows, and in how many epochs the events were. */
  judge(): { readonly verdicts: readonly Verdict[]; readonly epochs: number } {
    const texts = new Map<string, string>()
    for (const [text, fate] of this.#fates) if (fate.kind === 'published' && fate.id) this.#name(texts, fate.id, text)
    const verdicts = this.histories.map((history) => judge(history, texts))
    for (const text of texts.values())
      if (this.#fates.get(text)?.kind === 'unwritten') this.wrong.push(`${text} was rejected as unwritten, and came`)
    return { verdicts, epochs: new Set([...texts.keys()].map((id) => id.slice(0, id.lastIndexOf('-')))).size }
  }

  #name(texts: Map<string, string>, id: string, text: string): void {
    const other = texts.get(id)
    if (other !== undefined) this.wrong.push(`${text} and ${other} were both published as ${id}`)
    texts.set(id, text)
  }
}
