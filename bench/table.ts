/** Lays out a table as Markdown: the first column to the left, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => `${row[column]}`.length)))
  const line = (cells: readonly string[]): string => {
    const padded = widths.map((width, n) => (n ? `${cells[n]}`.padStart(width) : `${cells[n]}`.padEnd(width)))
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map((width, n) => (n ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
