/** What the server refuses, in German: by its code, by the field it is about, and by the case. */

import i18next from "i18next";
import { beforeAll, expect, it } from "vitest";
import { wordsOf } from "@/kit/problem";
import { sayTried } from "@/kit/tried";
import de from "./texts/de.json";

const german = i18next.createInstance();

beforeAll(() =>
  german.init({
    lng: "de",
    resources: { de: { translation: de } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  }),
);

const FIELDS = { sentence: "A cron expression has …; this has 4.", field: "settings.when" };
const CRON = { ...FIELDS, code: "bad_settings", params: { case: "cron_fields", count: 4 } };

it.each([
  [{ code: "credential_taken", field: "name" }, "Einen Zugang mit diesem Namen gibt es schon."],
  [{ code: "trigger", field: "name" }, "Einen Auslöser mit diesem Namen gibt es schon."],
  [{ code: "trigger", params: { case: "most", most: 50 } }, "Ein Workflow hat höchstens 50 Auslöser."],
  [{ code: "not_startable", params: { reason: "archived" } }, "Der Workflow ist archiviert."],
  [
    { code: "bad_trigger", params: { findings: [CRON] } },
    "Ein Cron-Ausdruck hat fünf Felder (Minute, Stunde, Tag, Monat, Wochentag) oder sechs mit Sekunden vorn; dieser hat 4.",
  ],
  [{ code: "trigger", field: "moon" }, "Said by the server."],
])("says %j", (problem, sentence) => {
  expect(wordsOf({ sentence: "Said by the server.", ...problem }, german.t).sentence).toBe(sentence);
});

it.each([
  ["crm.example answered with status 200.", "crm.example antwortete mit Status 200."],
  ["small-2026 answered, with 5 tokens in and 2 out.", "small-2026 hat geantwortet, mit 5 Token hinein und 2 heraus."],
  [
    "https://crm.example:443 cannot be reached: nothing answers there.",
    "https://crm.example:443 ist nicht erreichbar: Dort antwortet nichts.",
  ],
  ["Something new was said.", "Something new was said."],
])("says what a test said: %s", (said, words) => {
  expect(sayTried(said, german.t)).toBe(words);
});
