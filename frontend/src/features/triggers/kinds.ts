/** The kinds of triggers: each has its sign here, and its words and its dialog in files of its own. */

import { CalendarClock, KeyRound, type LucideIcon, Webhook } from "lucide-react";
import type { components } from "@/api/schema";

export type Trigger = components["schemas"]["TriggerView"];
export type Triggers = components["schemas"]["TriggersView"];
export type Kind = Trigger["kind"];

export const SIGNS: Record<Kind, LucideIcon> = { schedule: CalendarClock, webhook: Webhook, api: KeyRound };
