/** A place in a text. Lines and columns begin with 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds the line and the column of an offset. The lines are counted once, since many places of one text are asked for. */
export function createLines(text: string): (offset: number) => Position {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)]
  return (offset) => {
    const line = lastUpTo(starts, offset)
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
  }
}

/** The index of the last number that is not above a limit. The numbers are sorted. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let from = 0
  let to = numbers.length
  while (to - from > 1) {
    const middle = (from + to) >> 1
    if ((numbers[middle] ?? 0) <= limit) from = middle
    else to = middle
  }
  return from
}
