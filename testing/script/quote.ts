/** A step for a message about it, even if it is nothing that JSON could say. */
export function quote(value: unknown): string {
  try {
    return `${JSON.stringify(value)}`
  } catch {
    return String(value)
  }
}
