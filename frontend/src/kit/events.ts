/**
 * One event stream per browser: the tab that holds the lock listens and tells the others. A sixth tab with a stream of
 * its own would stall every page of the site.
 */

export type LiveEvent = { type: "run" | "draft" | "review" | "notice"; id: string; [key: string]: unknown };

const NAME = "handrail-events";
const TYPES = ["run", "draft", "review", "notice"] as const;

/** Listens until the returned function is called. */
export function listen(onEvent: (event: LiveEvent) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (message: MessageEvent<LiveEvent>) => onEvent(message.data);
  const leaving = new AbortController();
  const lead = (): Promise<void> =>
    new Promise((done) => {
      const source = new EventSource("/api/events");
      for (const type of TYPES)
        source.addEventListener(type, ({ data }: MessageEvent<string>) => {
          const event = { ...(JSON.parse(data) as LiveEvent), type };
          channel.postMessage(event);
          onEvent(event);
        });
      leaving.signal.addEventListener("abort", () => {
        source.close();
        done();
      });
    });
  // Asking for the lock is given up when the tab leaves before its turn: that is no error.
  navigator.locks?.request(NAME, { signal: leaving.signal }, lead).catch(() => {});
  return () => {
    leaving.abort();
    channel.close();
  };
}
