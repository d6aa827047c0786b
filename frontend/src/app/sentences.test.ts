/** What an event says, in both languages, with the facts of its record. */

import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "@/features/audit/kinds";
import { sayEvent } from "@/features/audit/sentences";
import de from "./texts/de.json";
import en from "./texts/en.json";

const ADA = "0k3r5v8x2m9qd Ada Berg <ada@example.org>";
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

const said = (kind: string, record: Record<string, unknown>, subject = "run 0k4"): string =>
  sayEvent({ kind, actor: ADA, subject, record, sentence: "Said by the server." }, german.t);

describe("an event", () => {
  it("is said in the person's language, with its facts", () => {
    expect(said("trigger_made", { name: "Der Laden" })).toBe("Ada Berg hat den Auslöser „Der Laden“ angelegt.");
  });
  it("says words of the product in the person's language too", () => {
    expect(said("run_started", { way: "schedule" })).toBe("Ada Berg hat Lauf 0k4 gestartet, durch einen Zeitplan.");
  });
  it("that a trigger caused says so", () => {
    const started = {
      kind: "run_started",
      actor: "trigger 0k3r5v8x2m9qd",
      subject: "run 0k4",
      record: { way: "schedule" },
    };
    const words = sayEvent({ ...started, sentence: "" }, german.t);
    expect(words).toBe("Ein Auslöser hat Lauf 0k4 gestartet, durch einen Zeitplan.");
  });
  it("says so where its record lacks something", () => {
    expect(said("trigger_made", {})).toBe("Ada Berg hat den Auslöser „…“ angelegt.");
  });
  it("of a newer kind is told by the server", () => {
    expect(said("moon_landed", {})).toBe("Said by the server.");
  });
});

it("has a name and a sentence for every kind that can be looked for", () => {
  const keys = Object.keys(en);
  expect(KINDS.filter((kind) => !keys.includes(`said.${kind}`) || !keys.includes(`audit.kind.${kind}`))).toEqual([]);
});
