type RedisClient = Redis | Cluster;
interface RedisLogOptions {
    readonly prefix?: string | undefined;
    readonly size?: number | undefined;
    readonly maxAge?: number | undefined;
    readonly shards?: number | undefined;
    readonly timeout?: number | undefined;
    readonly startTimeout?: number | undefined;
    readonly localOnly?: boolean | undefined;
    readonly onWarning?: ((text: string) => void) | undefined;
}
interface RedisLog extends EventLog {
    append(record: LogRecord): Promise<LogEntry>;
    reset(): Promise<void>;
    reach(epoch: string, seq: number): Promise<void>;
    readonly relay: Relay;
    readonly available: boolean;
    close(): Promise<void>;
}
declare function redisLog(redis: RedisClient, options?: RedisLogOptions): Promise<RedisLog>;
export { redisLog };
export type { RedisClient, RedisLog, RedisLogOptions };
