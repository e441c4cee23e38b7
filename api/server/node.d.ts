interface FileLogOptions {
    readonly path: string;
    readonly size?: number | undefined;
    readonly maxAge?: number | undefined;
    readonly fsync?: 'always' | 'interval' | number | false | undefined;
    readonly onWarning?: ((text: string) => void) | undefined;
    readonly clock?: Clock | undefined;
}
interface FileLog extends EventLog {
    append(record: LogRecord): Promise<LogEntry>;
    reset(): Promise<void>;
    readonly mailbox: Mailbox;
    close(): Promise<void>;
}
declare const fileLog: (options: FileLogOptions) => FileLog;
type WorkerMessage<P, R> = {
    readonly progress: P;
} | {
    readonly result: R;
};
declare function workerRunner<T, P, R>(url: string | URL, options?: Omit<WorkerOptions, 'workerData'>): JobRun<T, P, R>;
interface NodeRequest extends IncomingMessage {
    readonly originalUrl?: string | undefined;
    readonly body?: unknown;
}
declare const incomingMessage: <R extends IncomingMessage = IncomingMessage>(request: Request) => R | undefined;
type NodeHandler = (request: NodeRequest, response: ServerResponse, next?: (error: unknown) => void) => Promise<void>;
interface NodeHandlerOptions<R extends IncomingMessage = NodeRequest> {
    readonly principal?: ((request: R) => PrincipalAnswer | Promise<PrincipalAnswer>) | undefined;
}
type PrincipalAnswer = Authentication<Principal | Identity>;
declare function toNodeHandler<R extends IncomingMessage = NodeRequest>(hub: Pick<Hub, 'accept'>, options?: NodeHandlerOptions<R>): NodeHandler;
export { Hub, fileLog, incomingMessage, toNodeHandler, workerRunner };
export type { FileLog, FileLogOptions, NodeHandler, NodeHandlerOptions, NodeRequest, WorkerMessage };
