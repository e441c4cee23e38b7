import { eventSourceTransport, fetchTransport } from 'headwater'
import { behaviour } from '../suite/behaviour.ts'
import { startServer } from './server.ts'

behaviour('fetch', startServer, fetchTransport)
behaviour('the native EventSource', startServer, eventSourceTransport)
