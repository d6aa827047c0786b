import i18next from "i18next";
import { expect, it } from "vitest";
import { wordsOf } from "@/kit/problem";
import { startTexts } from "./language";

const refusal = (more: Record<string, unknown>) => ({
  code: "budget_used_up",
  sentence: "In English.",
  params: { budget: "Support", begins: "2026-11-01", ends: "2026-12-01", people: "Ada Berg", ...more },
});

it("says in the person's language and numbers which budget stops a run, and who can help", async () => {
  await startTexts("de");
  const money = wordsOf(refusal({ case: "money", spent: 1234.5, limit: 1000 }), i18next.t);
  expect(money.sentence).toContain("„Support“ ist aufgebraucht: 1.234,50 von 1.000,00 seit 2026-11-01");
  expect(money.wayOut).toBe("Warten Sie bis dahin, oder bitten Sie Ada Berg, es zu erhöhen.");
  const tokens = wordsOf(refusal({ case: "tokens", spent: 2_000_001, limit: 2_000_000 }), i18next.t);
  expect(tokens.sentence).toContain("2.000.001 von 2.000.000 Tokens");
});
