/** Texts in the person's language. Only the language in use is loaded; both have the same keys, which is tested. */

import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { loadRefusalsBy } from "@/api/client";
import { loadWordsBy } from "@/kit/words";
import type en from "./texts/en.json";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    keySeparator: false;
    nsSeparator: false;
  }
}

const KEPT = "handrail-language";
type Words = { default: Record<string, string> };
/** What every page needs; the editor and its like; the rest; home; the audit; and what the server refuses, by its code. `words.ts` says which key is where. */
const LOADERS = {
  en: {
    core: () => import("virtual:words/en/core"),
    editor: () => import("virtual:words/en/editor"),
    rest: () => import("virtual:words/en/rest"),
    home: () => import("virtual:words/en/home"),
    audit: () => import("virtual:words/en/audit"),
    refusals: () => import("virtual:words/en/refusals"),
  },
  de: {
    core: () => import("virtual:words/de/core"),
    editor: () => import("virtual:words/de/editor"),
    rest: () => import("virtual:words/de/rest"),
    home: () => import("virtual:words/de/home"),
    audit: () => import("virtual:words/de/audit"),
    refusals: () => import("virtual:words/de/refusals"),
  },
} satisfies Record<Language, Record<string, () => Promise<Words>>>;

export type Part = keyof (typeof LOADERS)["en"];

/** The parts that some page of this visit has needed: another language needs them too. */
const needed = new Set<Part>(["core"]);
const loaded = new Map<string, Promise<void>>();

const isLanguage = (word: string | null | undefined): word is Language => word === "en" || word === "de";

/** What was chosen in this browser, else what the browser asks for. */
export function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  const wanted = navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage);
  return wanted ?? "en";
}

function loadPart(language: Language, part: Part): Promise<void> {
  const name = `${language} ${part}`;
  const begun = loaded.get(name);
  if (begun) return begun;
  const load = LOADERS[language]
    [part]()
    .then(({ default: words }) => {
      i18next.addResourceBundle(language, "translation", words, true, true);
    })
    .catch((error: unknown) => {
      loaded.delete(name);
      throw error;
    });
  loaded.set(name, load);
  return load;
}

/** Loads words beside the page that says them. */
export async function loadWords(...parts: Part[]): Promise<void> {
  for (const part of parts) needed.add(part);
  await Promise.all(parts.map((part) => loadPart(i18next.language as Language, part)));
}

loadWordsBy(() => loadWords("rest"));
// The server's own sentence is English, and says more than the words for its code do.
loadRefusalsBy(async () => {
  if (i18next.language !== "en") await loadWords("refusals").catch(() => undefined);
});

/** @param parts of the catalogue that are needed beside the core. */
export async function startTexts(language: Language = firstLanguage(), ...parts: Part[]): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    returnNull: false,
    react: { bindI18nStore: "added" },
  });
  await loadWords("core", ...parts);
  document.documentElement.lang = language;
}

const LATER = 3_000;

/** Has the remaining words ready before a dialog asks for them, but after what this page needs itself. */
export function preloadWords(): void {
  const load = () => setTimeout(() => loadWords("editor", "rest").catch(() => undefined), LATER);
  if (document.readyState === "complete") load();
  else window.addEventListener("load", load, { once: true });
}

export async function changeLanguage(language: Language): Promise<void> {
  await Promise.all([...needed].map((part) => loadPart(language, part)));
  await i18next.changeLanguage(language);
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
}
