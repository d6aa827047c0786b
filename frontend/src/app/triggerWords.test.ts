/** What is said of deliveries and of due times, in both languages. */

import i18next from "i18next";
import { expect, it } from "vitest";
import { inZone, newSettings, readSettings } from "@/features/triggers/scheduleWords";
import { settingsOf } from "@/features/triggers/webhook/HookSettings";
import { whyNot } from "@/features/triggers/webhook/why";
import de from "./texts/de.json";
import en from "./texts/en.json";

const say = async (lng: "de" | "en") => {
  const texts = i18next.createInstance();
  const resources = { [lng]: { translation: lng === "de" ? de : en } };
  const split = { keySeparator: false, nsSeparator: false } as const;
  await texts.init({ lng, resources, ...split, interpolation: { escapeValue: false } });
  return texts.t;
};
const INPUT = {
  reason: "input",
  sentence: "The input does not fit. `order`: It is missing. `size`: It must be a text.",
};

it("says in German which fields do not fit, and in English what the server says of them", async () => {
  expect(whyNot(INPUT, "de", await say("de"))).toEqual([
    "Es passt nicht zu den Eingaben",
    "„order“ fehlt.",
    "„size“ ist nicht das, was das Formular verlangt.",
  ]);
  expect(whyNot(INPUT, "en", await say("en"))).toEqual(["It does not fit the inputs", INPUT.sentence]);
});

it("says in German where a body is no JSON", async () => {
  const broken = { reason: "bad_body", sentence: "The body is no JSON: line 2, column 7 cannot be read." };
  expect(whyNot(broken, "de", await say("de")).at(-1)).toBe("Zeile 2, Spalte 7 ist nicht lesbar.");
});

it("says a reason that it does not know as the server does, once", async () => {
  expect(whyNot({ reason: "moon", sentence: "The moon is full." }, "en", await say("en"))).toEqual([
    "The moon is full.",
  ]);
  expect(whyNot({ reason: "", sentence: "" }, "en", await say("en"))).toEqual([]);
});

it("can show a schedule and a webhook whatever a file brought", () => {
  for (const when of [null, "x", 3, {}, { every: "cron", cron: 5 }]) {
    const settings = readSettings({ when, zone: "Mars/Olympus" } as never);
    expect(inZone("2026-12-01T07:30:15Z", settings, "en")).toContain("2026");
  }
  expect(readSettings({ when: null, zone: 3 } as never).zone).toBe("UTC");
  const odd = { settings: { when: 5, signed: "no", answer: null, moon: 1 } };
  expect(settingsOf(odd as never)).toMatchObject({ when: "", signed: true, answer: "at_once" });
  expect(settingsOf(odd as never)).not.toHaveProperty("moon");
});

it("tells due times apart by their seconds where they differ by nothing else", () => {
  const settings = { ...newSettings(), zone: "Europe/Berlin" };
  const shown = (cron: string): string =>
    inZone("2026-12-01T07:30:15Z", { ...settings, when: { every: "cron", cron } }, "de");
  expect(shown("15 30 8 * * *")).toContain("08:30:15");
  expect(shown("30 8 * * *")).not.toContain("08:30:15");
});
