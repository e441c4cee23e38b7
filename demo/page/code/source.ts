/*
 * Pure: the part of a source that is shown, and its words by kind.
 */

/** The lines between `// #region name` and the next `// #endregion`, moved to the left. Without a name: the whole source. */
export function regionOf(source: string, name: string): string {
  const lines = source.trimEnd().split('\n')
  const start = name ? lines.findIndex((line) => line.trim() === `// #region ${name}`) : -1
  if (name && start < 0) throw new Error(`There is no region ${name}`)
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion')
  const shown = lines.slice(start + 1, name ? end : undefined).filter((line) => !/^\s*\/\/ #(end)?region/.test(line))
  const indents = shown.filter((line) => line.trim()).map((line) => line.search(/\S/))
  const indent = Math.min(...indents)
  return shown.map((line) => line.slice(indent)).join('\n')
}

export interface Token {
  readonly kind: 'comment' | 'string' | 'keyword' | ''
  readonly text: string
}

const TOKEN =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'[^'\n]*'|"[^"\n]*"|`[^`]*`)|(?<keyword>\b(?:as|async|await|const|else|export|for|from|function|if|import|interface|let|new|of|readonly|return|type|void)\b)/g

/** Comments, strings and keywords, and the text between them. */
export function tokensOf(code: string): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const match of code.matchAll(TOKEN)) {
    if (match.index > end) tokens.push({ kind: '', text: code.slice(end, match.index) })
    const { comment, string } = match.groups ?? {}
    tokens.push({ kind: comment ? 'comment' : string ? 'string' : 'keyword', text: match[0] })
    end = match.index + match[0].length
  }
  if (end < code.length) tokens.push({ kind: '', text: code.slice(end) })
  return tokens
}
