interface SSEHandlerOptions extends RequestHandlerOptions {
    readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined;
}
type SSEHandlerUrl = Path | HttpCustomPredicate<PathParams>;
declare function sseHandler<E extends EventMap = Record<string, unknown>>(url: SSEHandlerUrl, script?: Script | MockStream<E>, options?: SSEHandlerOptions): HttpHandler;
export { sseHandler };
export type { SSEHandlerOptions, SSEHandlerUrl };
