/** Bytes in memory of their own, by a name that every TypeScript knows. */
type Bytes = ReturnType<InstanceType<typeof TextEncoder>['encode']>

/** The host's side of one request: what the bytes of the answer go through. */
export interface Wire {
  /** Sends the status and the headers. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Sends one chunk; may wait until it is on its way. */
  write(chunk: Bytes): void | Promise<void>
  end(): void
  /** Breaks the connection. */
  destroy(): void
  /** Waits; in a test the clock may be turned by hand. */
  wait(ms: number): Promise<void>
  /** Resolves when the client has dealt with what it was sent, as far as that can be known. */
  settle(): Promise<void>
}
