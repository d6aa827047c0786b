/** What the server refuses, in German: by its code, by the field it is about, and by the case. */

import i18next from "i18next";
import { beforeAll, expect, it } from "vitest";
import { sayFailed } from "@/kit/failures";
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
  [
    {
      code: "file_not_given",
      field: "scan",
      params: { case: "type", file: "a.png", type: "image/png", accept: "a/pdf" },
    },
    "„a.png“ ist von der Art image/png; hier passt a/pdf.",
  ],
  [
    { code: "not_repeatable", params: { case: "version", version: 3, workflow: "Triage" } },
    "Version 3 von „Triage“ ist nicht mehr live, also wird sie nicht neu gestartet.",
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
  [
    "The tool 'add' of “notes” is described otherwise than when it was approved.",
    "Das Werkzeug „add“ von „notes“ ist anders beschrieben als bei der Freigabe.",
  ],
  ["Something new was said.", "Something new was said."],
])("says what a test said: %s", (said, words) => {
  expect(sayTried(said, german.t)).toBe(words);
});

it("says why a step failed once, and in English only what the German words leave out", () => {
  const untrusted = { code: "mail_server_untrusted", sentence: "The mail server did not prove who it is." };
  expect(sayFailed(untrusted, german)).toEqual({ sentence: "Der Mailserver bewies nicht, wer er ist.", below: "" });
  for (const sentence of [
    "Row 2, column a: it is no number.",
    "crm.example answered oddly.",
    "The tool 'add' failed.",
  ]) {
    expect(sayFailed({ code: "tool_failed", sentence }, german).below).toBe(sentence);
  }
  expect(sayFailed({ ...untrusted, way_out: "Ask IT." }, german).below).toBe("Ask IT.");
  expect(sayFailed({ code: "new_code", sentence: "Something new." }, german).sentence).toBe("Something new.");
});

it.each([
  ["The database refused the sign-in.", "Die Datenbank hat die Anmeldung abgelehnt."],
  ["mail.example offers no encryption.", "mail.example bietet keine Verschlüsselung."],
  [
    "The certificate of mail.example is not trusted, or it does not speak TLS at port 465.",
    "Dem Zertifikat von mail.example wird nicht vertraut, oder dort wird kein TLS gesprochen.",
  ],
  ["mail.example:25 cannot be used: OSError.", "mail.example:25 ist nicht nutzbar: OSError."],
])("says what a mail server or a database said: %s", (said, words) => {
  expect(sayTried(said, german.t)).toBe(words);
});
