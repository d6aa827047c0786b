/** What an event says, in the person's language: the words for its kind, with the facts of its record in them. */

import type { TFunction } from "i18next";
import type { AuditEvent } from "@/api/client";
import { nameOfActor } from "./kinds";

type Say = (key: string, options: Record<string, string>) => string;
type Told = Pick<AuditEvent, "kind" | "actor" | "subject" | "record" | "sentence">;

/** Facts that are words of the product, not of people: they have words of their own. */
const CODED = ["answer", "code", "decision", "stage", "status", "then", "way"];

/** Of a kind without words here, the server's own sentence. */
export function sayEvent(event: Told, t: TFunction): string {
  const say = t as unknown as Say;
  const facts: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.record)) {
    if (typeof value === "string" || typeof value === "number") {
      const said = String(value);
      facts[name] =
        CODED.includes(name) && /^\w+$/.test(said) ? say(`said.word.${said}`, { defaultValue: said }) : said;
    }
  }
  const words = say(`said.${event.kind}`, {
    defaultValue: event.sentence,
    ...facts,
    who: event.actor.startsWith("trigger ") ? t("audit.byTrigger") : nameOfActor(event.actor),
    subject: sayThing(event.subject, say),
  });
  return words.replace(/\{\{\w+\}\}/g, "…");
}

/** `run 0k3…` as it is called in the person's language. */
function sayThing(subject: string, say: Say): string {
  const [kind, id, ...rest] = subject.split(" ");
  if (!kind || !id || rest.length > 0) return subject;
  return say(`said.thing.${kind}`, { defaultValue: subject, id });
}
