import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'
import { type GenerateOptions, generate } from '../codegen/generate.ts'

/*
 * What `headwater generate` costs: the time for a thousand structs, and the bytes of the validators in a page.
 * `node --no-warnings bench/codegen.ts`
 */

const OPTIONS = { rust: { types: [], nameCase: 'dot', int64: 'number', map: new Map() } } as const

/** A struct as they are: eight fields, an enum, a struct of another file, and comments. */
const struct = (n: number): string => `
/// Something of kind ${n} happened.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event${n} {
    /// Names it.
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Uuid>,
    pub counts: HashMap<String, u32>,
    pub tags: Vec<String>,
    pub state: State${n},
    pub before: Option<Box<Event${n}>>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
enum State${n} { New, Old, Gone { since: DateTime<Utc> } }
`

function sources(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'codegen-'))
  for (let file = 0; file < count / 10; file++) {
    const structs = Array.from({ length: 10 }, (_, n) => struct(file * 10 + n))
    writeFileSync(join(folder, `m${file}_sse.rs`), structs.join(''))
  }
  return folder
}

async function run(
  count: number,
  schemas?: 'plain' | 'zod' | 'valibot',
): Promise<{ files: ReadonlyMap<string, string>; ms: number }> {
  const folder = sources(count)
  const output: GenerateOptions['output'] = { publisher: true, extension: 'js', ...(schemas && { schemas }) }
  const start = performance.now()
  const { files, problems } = await generate({ ...OPTIONS, sources: ['.'], folder, output })
  const ms = performance.now() - start
  if (problems.length) throw new Error(problems[0]?.text)
  rmSync(folder, { recursive: true })
  return { files, ms }
}

/** The bytes of a file in a page: bundled with its library, minified, compressed. */
async function bytes(source: string): Promise<number> {
  const stdin = { contents: source, loader: 'ts' as const, resolveDir: import.meta.dirname }
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return brotliCompressSync(outputFiles[0]?.contents ?? '').length
}

// The parser is loaded once.
await run(10)
for (const schemas of [undefined, 'plain', 'zod', 'valibot'] as const) {
  const { ms } = await run(1000, schemas)
  console.log(`1,000 structs with ${schemas ?? 'types alone'}: ${ms.toFixed(0)} ms`)
}
for (const schemas of ['plain', 'zod', 'valibot'] as const) {
  const sizes = [10, 100].map(async (count) => bytes((await run(count, schemas)).files.get('schemas.ts') ?? ''))
  const [few, many] = await Promise.all(sizes)
  console.log(`validators of 10 events with ${schemas}: ${few} bytes (brotli), of 100: ${many}`)
}
