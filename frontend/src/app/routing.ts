/** What the table of addresses is made with: pages that are loaded with their words, and what an address may say. */

import { lazyRouteComponent, type RouteComponent } from "@tanstack/react-router";
import { loadWords, type Part } from "./language";

type Search = Record<string, string | undefined>;

/**
 * A page, loaded together with its words.
 *
 * @param parts of the catalogue beyond what every page has: most forms and lists say words of both.
 */
export const lazyPage = <Name extends string, Module extends Record<Name, RouteComponent>>(
  load: () => Promise<Module>,
  name: Name,
  parts: Part[] = ["editor", "rest"],
) => lazyRouteComponent(async () => (await Promise.all([load(), loadWords(...parts)]))[0], name);

/** The words of an address that are known, and nothing else. */
export const words = (search: Record<string, unknown>, ...names: string[]): Search =>
  Object.fromEntries(names.flatMap((name) => (typeof search[name] === "string" ? [[name, search[name]]] : [])));

/** Which version is shown. */
export const versioned = (search: Record<string, unknown>): { version?: number } =>
  Number.isInteger(search.version) ? { version: search.version as number } : {};

/** Whose reviews are shown. */
export const whose = (search: Record<string, unknown>): { whose?: "team" | "overdue" | "decided"; team?: string } => ({
  ...words(search, "team"),
  ...((search.whose === "team" || search.whose === "overdue" || search.whose === "decided") && { whose: search.whose }),
});
