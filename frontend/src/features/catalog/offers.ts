/** What the screens of the catalog ask of versions. */

import { useTranslation } from "react-i18next";
import { type NodeTemplate, query } from "@/api/client";

/** The version that teams use, or else the newest. */
export const shownOf = (versions: NodeTemplate[]): NodeTemplate =>
  versions.find(({ state }) => state === "published") ??
  versions.find(({ state }) => state === "deprecated") ??
  (versions[0] as NodeTemplate);

/** Says for whom a version is, by the names of the teams. */
export function useTeamNames(): (version: NodeTemplate) => string {
  const { t, i18n } = useTranslation();
  const teams = query.useQuery("get", "/api/teams");
  const known = new Map((teams.data ?? []).map(({ id, name }) => [id, name]));
  return ({ state, teams: bound }) => {
    if (state !== "published" && state !== "deprecated") return t("catalog.forNobody");
    if (!bound) return t("catalog.forAll");
    const names = bound.map((id) => known.get(id)).filter((name) => name !== undefined);
    const others = bound.length - names.length;
    const said = others > 0 ? [...names, t("catalog.moreTeams", { count: others })] : names;
    return new Intl.ListFormat(i18n.language).format(said);
  };
}

/** A value as one line. */
export const sayValue = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
