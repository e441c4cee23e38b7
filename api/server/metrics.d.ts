interface MetricsOptions {
    readonly prefix?: string | undefined;
}
declare function registerMetrics(hub: Pick<Hub, 'stats' | 'observe'>, registry: Registry, { prefix }?: MetricsOptions): () => void;
export { registerMetrics };
export type { MetricsOptions };
