/**
 * One event stream per browser: the tab that holds the lock listens and tells the others. A sixth tab with a stream of
 * its own would stall every page of the site.
 */

export type LiveEvent = { type: "run" | "draft" | "review" | "notice"; id: string; [key: string]: unknown };

/** What is heard: an event, or `again`: the stream was another's or broken, so anything may have been missed. */
export type Heard = LiveEvent | { type: "again" };

const NAME = "handrail-events";
const TYPES = ["run", "draft", "review", "notice"] as const;
/** After a refusal the stream is asked for again, ever more rarely: the session may be over. */
const LATER = 5000;
const LATEST = 300_000;

/** Listens until the returned function is called. */
export function listen(onHeard: (heard: Heard) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (message: MessageEvent<Heard>) => onHeard(message.data);
  const leaving = new AbortController();
  const tell = (heard: Heard): void => {
    channel.postMessage(heard);
    onHeard(heard);
  };
  /** Leads until this tab leaves. The browser joins a broken stream again by itself, unless it was refused. */
  const lead = (isAgain: boolean): Promise<void> =>
    new Promise((done) => {
      let source: EventSource;
      let later: ReturnType<typeof setTimeout> | undefined;
      let wait = LATER;
      const open = (again: boolean): void => {
        source = new EventSource("/api/events");
        if (again) source.addEventListener("open", () => tell({ type: "again" }), { once: true });
        source.addEventListener("open", () => {
          wait = LATER;
        });
        source.addEventListener("again", () => tell({ type: "again" }));
        for (const type of TYPES)
          source.addEventListener(type, ({ data }: MessageEvent<string>) =>
            tell({ ...(JSON.parse(data) as LiveEvent), type }),
          );
        source.onerror = () => {
          if (source.readyState !== EventSource.CLOSED) return;
          later = setTimeout(open, wait, true);
          wait = Math.min(wait * 2, LATEST);
        };
      };
      open(isAgain);
      leaving.signal.addEventListener("abort", () => {
        clearTimeout(later);
        source.close();
        done();
      });
    });
  takeTurn(leaving.signal, lead);
  return () => {
    leaving.abort();
    channel.close();
  };
}

/** The first tab leads at once; the others wait, and whoever follows may have missed something. */
async function takeTurn(signal: AbortSignal, lead: (isAgain: boolean) => Promise<void>): Promise<void> {
  const { locks } = navigator;
  if (!locks) return;
  const isFirst = await locks.request(NAME, { ifAvailable: true }, async (lock) => {
    if (lock && !signal.aborted) await lead(false);
    return lock !== null;
  });
  // Asking for the lock is given up when the tab leaves before its turn: that is no error.
  if (!isFirst && !signal.aborted) await locks.request(NAME, { signal }, () => lead(true)).catch(() => {});
}
