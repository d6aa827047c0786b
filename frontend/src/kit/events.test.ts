import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Heard, listen } from "./events";

class Stream extends EventTarget {
  static CLOSED = 2;
  static opened: Stream[] = [];
  readyState = 1;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    Stream.opened.push(this);
  }
  close(): void {
    this.readyState = Stream.CLOSED;
  }
  say(type: string, data: object): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}

/** Locks as a browser has them: one holder, the others wait in a row. */
function makeLocks() {
  let holder: Promise<unknown> | null = null;
  const take = (work: (lock: object) => Promise<unknown>): Promise<unknown> => {
    const mine = work({}).finally(() => {
      if (holder === mine) holder = null;
    });
    holder = mine;
    return mine;
  };
  return {
    request: async (
      _: string,
      options: { ifAvailable?: boolean; signal?: AbortSignal },
      work: (lock: object | null) => Promise<unknown>,
    ) => {
      if (options.ifAvailable && holder) return work(null);
      while (holder) await holder;
      options.signal?.throwIfAborted();
      return take(work);
    },
  };
}

/** A channel between the tabs of this test; the sender does not hear itself. */
class Channel {
  static all = new Set<Channel>();
  onmessage: ((message: { data: unknown }) => void) | null = null;
  constructor() {
    Channel.all.add(this);
  }
  postMessage(data: unknown): void {
    for (const other of Channel.all) if (other !== this) other.onmessage?.({ data });
  }
  close(): void {
    Channel.all.delete(this);
  }
}

const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  Stream.opened = [];
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("navigator", { locks: makeLocks() });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("opens one stream for two tabs, and both hear", async () => {
  const heard: Heard[][] = [[], []];
  const stops = heard.map((each) => listen((event) => each.push(event)));
  await settled();
  expect(Stream.opened).toHaveLength(1);
  Stream.opened[0]?.say("run", { id: "r1", state: "failed" });
  expect(heard).toEqual([[{ id: "r1", state: "failed", type: "run" }], [{ id: "r1", state: "failed", type: "run" }]]);
  for (const stop of stops) stop();
});

it("takes over when the leading tab goes, and says that something may have been missed", async () => {
  const heard: Heard[] = [];
  const stop = listen(() => {});
  await settled();
  const stopSecond = listen((event) => heard.push(event));
  await settled();
  stop();
  await settled();
  expect(Stream.opened).toHaveLength(2);
  Stream.opened[1]?.dispatchEvent(new Event("open"));
  expect(heard).toEqual([{ type: "again" }]);
  stopSecond();
});

it("asks again after a refusal, ever more rarely, and never after it was stopped", async () => {
  const stop = listen(() => {});
  await settled();
  const refuse = (): void => {
    const stream = Stream.opened.at(-1);
    stream?.close();
    stream?.onerror?.();
  };
  refuse();
  await vi.advanceTimersByTimeAsync(5000);
  expect(Stream.opened).toHaveLength(2);
  refuse();
  await vi.advanceTimersByTimeAsync(5000);
  expect(Stream.opened).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(5000);
  expect(Stream.opened).toHaveLength(3);
  refuse();
  stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(Stream.opened).toHaveLength(3);
});
