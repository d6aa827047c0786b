import { afterEach, expect, it, vi } from "vitest";
import { parseWorkflow } from "@/graph";
import { askCheck } from "./useCheck";

afterEach(() => vi.unstubAllGlobals());

/** An answer that has begun, and never comes to its end. */
function half(signal: AbortSignal): Response {
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('{"findings": ['));
      signal.addEventListener("abort", () => stream.error(signal.reason));
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

it("is not surprised when it gives up half-way through an answer", async () => {
  const leaving = new AbortController();
  vi.stubGlobal("fetch", async () => {
    setTimeout(() => leaving.abort(), 5);
    return half(leaving.signal);
  });
  expect(await askCheck("1", parseWorkflow({ handrail: 1, name: "A test" }), leaving.signal)).toBeNull();
});
