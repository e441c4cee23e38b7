import { wireButtons } from './page/buttons.ts'
import { countMissed, fetchOrders, fetchPublished, fetchToken, openStream, role } from './page/client.ts'
import { showCode } from './page/code/code.ts'
import { persist } from './page/http.ts'
import { showInstall } from './page/install.ts'
import { showJobs } from './page/jobs.ts'
import { runLanes } from './page/lanes/lanes.ts'
import { showScore } from './page/lanes/score.ts'
import { showLog } from './page/log.ts'
import { showNotices } from './page/notices.ts'
import { showOrders } from './page/orders.ts'
import { showAgreement } from './page/panels/agreement.ts'
import { showReact } from './page/panels/react.tsx'
import { createShared } from './page/panels/shared.ts'
import { showVanilla } from './page/panels/vanilla.ts'
import { showVue } from './page/panels/vue.ts'
import { createReplica } from './page/replica.ts'
import { showRole } from './page/role.ts'
import { showStatus } from './page/status.ts'
import { watchStreams } from './page/streams.ts'
import { showStrip } from './page/strip/strip.ts'
import { joinTabs } from './page/tabs.ts'
import { currentUser, showUser } from './page/user.ts'
import { showVerdict } from './page/verdict.ts'
import { describeError } from './page/words.ts'

showUser()
showInstall()
showCode()
const tabs = await joinTabs(role, currentUser())
// The table is loaded once, with the id of the last event that is in it. From there on events alone change it.
const snapshot = await persist(fetchOrders)
const sse = openStream(snapshot.cursor, (error) => {
  log.note(`${describeError(error)}; another is fetched`)
  buttons.blame(describeError(error))
})
const replica = createReplica(snapshot, countMissed)
const drawOrders = showOrders(replica)

sse.subscribe('*', (_, event) => {
  replica.take(event)
  drawOrders()
})
const streams = watchStreams(sse, tabs)
showStatus(sse)
showRole(sse, tabs, streams)
const lanes = runLanes({ sse, role, cursor: snapshot.cursor, fetchPublished, fetchToken: () => persist(fetchToken) })
showScore(lanes)
const strip = showStrip(lanes, tabs)
showJobs(sse)
const shared = createShared(sse, replica)
showNotices(shared)
showVanilla(shared)
showReact(shared)
showVue(shared)
showAgreement(replica, tabs, streams)
const log = showLog(sse)
const verdict = showVerdict(sse, replica, tabs, lanes)
const buttons = wireButtons({ sse, verdict, log, strip })
