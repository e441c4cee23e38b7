import { HIDDEN, isSecret, withoutSecrets } from '../../terminal/secrets.ts'
import { formatDuration } from '../../terminal/time.ts'
import { cut, visible } from '../../terminal/visible.ts'
import type { Consumed } from '../traffic/consumed.ts'
import type { Report } from '../traffic/tap.ts'

/* The lines that --verbose adds: the traffic, a line for each piece of it. `>` goes to the server, `<` comes from it. */

/** The lines for a report; none if it is shown in another way. */
export function detailLines(report: Report): readonly string[] {
  switch (report.kind) {
    case 'request':
      return [`> ${report.method} ${visible(withoutSecrets(report.url))}`, ...headerLines('>', report.headers)]
    case 'response': {
      const { response } = report
      const status = `< ${`${response.status} ${visible(response.statusText)}`.trim()}`
      const moved = response.redirected ? [`< after a redirect to ${visible(withoutSecrets(response.url))}`] : []
      return [...moved, status, ...headerLines('<', response.headers)]
    }
    case 'comment':
      return [`< comment: ${cut(visible(report.text), 500)}`.replace(/: $/, '')]
    case 'retry':
      return [`< retry: ${formatDuration(report.ms)}`]
    case 'id':
      return [`< id without an event: ${report.id ? `#${visible(report.id)}` : 'none from here on'}`]
    case 'gap':
      return report.reason === 'too-large' ? ['< an event that is too long, dropped'] : []
    case 'end':
      return report.reason === 'eof' ? ['< the end of the response'] : []
    default:
      return []
  }
}

/** For an event that the core has kept to itself. */
export function consumedLine({ type, data, id, isRepeat }: Consumed): string {
  const event = `${visible(type)}${id ? ` #${visible(id)}` : ''} ${cut(visible(data), 500)}`
  return `< ${isRepeat ? 'sent again, not shown' : "the server's own"}: ${event}`
}

/** The scheme of a secret is none: `Bearer [not shown]`. */
function headerLines(mark: string, headers: Headers): string[] {
  return [...headers].map(([name, value]) => {
    const scheme = /authorization$/i.test(name) ? /^\S+ /.exec(value)?.[0] : undefined
    return `${mark} ${name}: ${isSecret(name) ? `${scheme ?? ''}${HIDDEN}` : visible(withoutSecrets(value))}`
  })
}
