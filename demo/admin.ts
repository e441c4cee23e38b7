import { wireActions } from './page/admin/actions.ts'
import { openPanelStream } from './page/admin/client.ts'
import { showClients } from './page/admin/clients.ts'
import { showFigures } from './page/admin/figures.ts'
import { showTopics } from './page/admin/topics.ts'
import { showCode } from './page/code/code.ts'
import { showStatus } from './page/status.ts'

const sse = openPanelStream()
showStatus(sse)
showFigures(sse)
showClients(sse)
showTopics(sse)
wireActions(sse)
showCode()
