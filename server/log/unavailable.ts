/** The log cannot be reached: an event was not written down, or it is not known whether it was. */
export class LogUnavailableError extends Error {
  /** `false`: nobody gets the event. `'unknown'`: the log got it and did not answer, so that clients may get it. */
  readonly written: false | 'unknown'

  constructor(message: string, written: false | 'unknown', options?: ErrorOptions) {
    super(message, options)
    this.name = 'LogUnavailableError'
    this.written = written
  }
}
