import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Heard } from "@/kit/events";
import { keepFresh } from "./useLiveEvents";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const RUNS = ["get", "/api/runs", { params: { query: { size: 50 } } }];
const run = (id: string) => ["get", "/api/runs/{run}", { params: { path: { run: id } } }];
const step = (id: string) => ["get", "/api/runs/{run}/steps/{path}", { params: { path: { run: id, path: "send" } } }];
const REVIEWS = ["get", "/api/reviews", { params: { query: { whose: "mine" } } }];
const SESSION = ["get", "/api/session"];
const KEYS = [RUNS, run("a"), run("b"), step("a"), REVIEWS, SESSION];

function listenTo(): { say: (heard: Heard) => void; stale: () => unknown[][]; stop: () => void } {
  const client = new QueryClient();
  for (const key of KEYS) client.setQueryData(key, {});
  let say: (heard: Heard) => void = () => {};
  const stop = keepFresh(client, (onHeard) => {
    say = onHeard;
    return () => {};
  });
  return {
    say: (heard) => say(heard),
    stop,
    stale: () => KEYS.filter((key) => client.getQueryState(key)?.isInvalidated),
  };
}

it("reads again the lists and what is about this one run, once for what comes together", () => {
  const { say, stale, stop } = listenTo();
  say({ type: "run", id: "a" });
  say({ type: "run", id: "a" });
  expect(stale()).toEqual([]);
  vi.advanceTimersByTime(300);
  expect(stale()).toEqual([RUNS, run("a"), step("a")]);
  stop();
});

it("reads everything live again when something may have been missed, and nothing else", () => {
  const { say, stale, stop } = listenTo();
  say({ type: "again" });
  vi.advanceTimersByTime(300);
  expect(stale()).toEqual([RUNS, run("a"), run("b"), step("a"), REVIEWS]);
  stop();
});

it("does nothing after it was stopped", () => {
  const { say, stale, stop } = listenTo();
  say({ type: "review", id: "r" });
  stop();
  vi.advanceTimersByTime(1000);
  expect(stale()).toEqual([]);
});
