import type { TFunction } from "i18next";
import type { GovernanceVersion } from "@/api/client";

/** Whom a version binds: `All teams · Sandbox, Pilot`. */
export function sayScope({ applies_to: to }: GovernanceVersion, t: TFunction): string {
  const teams = Array.isArray(to.teams) ? to.teams.join(", ") : t("governance.allTeams");
  const stages = (Array.isArray(to.stages) ? to.stages : ["sandbox", "pilot", "production"]) as "sandbox"[];
  return `${teams} · ${stages.map((stage) => t(`stage.${stage}`)).join(", ")}`;
}
