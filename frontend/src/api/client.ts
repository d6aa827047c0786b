/** The way to the server: typed, same origin, with the session's token on every call that changes something. */

import createFetchClient from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import type { Problem, paths } from "./pending";

export type { Problem } from "./pending";

let token = "";

/** The token of the session just read; it goes along with every call that is not a GET. */
export function setToken(csrf: string): void {
  token = csrf;
}

export const api = createFetchClient<paths>({ baseUrl: "/", fetch: (request) => globalThis.fetch(request) });

api.use({
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", token);
    return request;
  },
  async onResponse({ response }) {
    const isSentence = response.headers.get("content-type")?.startsWith("application/json");
    if (response.ok || isSentence) return response;
    // A proxy answered, not the product: people get a sentence all the same.
    return Response.json(unreachable(), { status: response.status });
  },
  onError: () => Response.json(unreachable(), { status: 503 }),
});

const unreachable = (): Problem => ({ code: "unreachable", sentence: "Handrail cannot be reached." });

export const query = createQueryClient(api);
