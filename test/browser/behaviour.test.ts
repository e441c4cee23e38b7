import { eventSourceTransport, fetchTransport } from 'headwater'
import { behaviour } from '../suite/behaviour.ts'
import { startServer } from './server.ts'

behaviour({ name: 'fetch', transport: fetchTransport, requestsPerRefusal: 1 }, startServer)
behaviour({ name: 'the native EventSource', transport: eventSourceTransport, requestsPerRefusal: 2 }, startServer)
