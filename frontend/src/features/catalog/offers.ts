/** What the screens of the catalog ask of versions. */

import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { type NodeTemplate, query } from "@/api/client";
import { plain, titleOf } from "@/forms/shape";
import { sayType } from "@/forms/types";
import type { NodeType, Schema } from "@/graph";
import { fieldsOf, recordIn } from "./examples/form";

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

/** A value as one line: yes and no in words, a list with commas. */
export function sayValue(value: unknown, t: TFunction): string {
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value.join(", ");
  return JSON.stringify(value);
}

/** Every node type from which templates are made, those too that stand only in templates. */
export function useBases() {
  const { i18n } = useTranslation();
  const language = i18n.language === "de" ? "de" : "en";
  return query.useQuery("get", "/api/catalog", { params: { query: { bases: true, language } } });
}

/** A schema as its type; of a record its fields. */
export function saySchema(schema: Schema, t: TFunction): string {
  const names = fieldsOf(schema).map(([name, each]) => `${titleOf(each, name)} (${sayType(each, t)})`);
  return names.length > 0 ? names.join(", ") : sayType(schema, t);
}

/** A record as one line: its fields with their values. */
export const sayPairs = (record: Record<string, unknown>, t: TFunction): string =>
  Object.entries(record)
    .map(([name, value]) => `${name}: ${sayValue(value, t)}`)
    .join(", ");

/** The names of a node type's settings, as its form shows them, and what each is unless it is said; of the type, its title. */
export function useSettingNames(base: string): {
  nameOf: (setting: string) => string;
  title: string;
  usual: Record<string, unknown>;
} {
  const found = (useBases().data?.items as unknown as NodeType[] | undefined)?.find(({ key }) => key === base);
  const fields = (found?.config.properties ?? {}) as Record<string, Schema>;
  return {
    nameOf: (name) => (found && fields[name] ? titleOf(plain(fields[name], found.config).schema, name) : name),
    title: found ? `${found.title} · ${base}` : base,
    usual: Object.fromEntries(
      Object.entries(fields).flatMap(([name, field]) => ("default" in field ? [[name, field.default]] : [])),
    ),
  };
}

const PARTS = {
  after_crash: "catalog.after",
  answers: "catalog.answers",
  base: "catalog.base",
  effect: "catalog.effect",
  emits: "catalog.emits",
  gather: "catalog.gather",
  hosts: "catalog.hosts",
  inputs: "catalog.inputs",
  irreversible: "catalog.irreversible",
  summary: "catalog.field.summary",
  title: "catalog.field.title",
  fixed: "catalog.fixed",
  open: "catalog.open",
} as const;

/** What changed, `fixed.url`, in words: `What IT set: Address`. */
export function sayPart(path: string, nameOf: (setting: string) => string, t: TFunction): string {
  const [first = "", ...rest] = path.split(".");
  if (path === "inputs.required") return t("catalog.inputs.required");
  const part = first in PARTS ? t(PARTS[first as keyof typeof PARTS]) : first;
  const name = rest.join(".");
  return name ? `${part}: ${first === "fixed" || first === "open" ? nameOf(name) : name}` : part;
}

/** Where something is wrong: `inputs` is Inputs; of an example, whose sentence names it, nothing. */
export function sayPlace(field: string, t: TFunction): string {
  if (field.startsWith("examples")) return "";
  if (field === "name") return t("catalog.field.name");
  return sayPart(field, (setting) => setting.replaceAll("_", " "), t).replaceAll("_", " ");
}

const CASES = {
  empty: "catalog.wrong.empty",
  word: "catalog.wrong.word",
  unsaid: "catalog.wrong.unsaid",
  pinned: "catalog.wrong.pinned",
  inputs: "catalog.wrong.inputs",
  gather: "catalog.wrong.gather",
  no_example: "catalog.wrong.no_example",
} as const;

/** What is wrong, in the person's language where there are words for it. */
export function sayProblem(problem: { sentence: string; case?: string; name?: string }, t: TFunction): string {
  const found = problem.case as keyof typeof CASES | undefined;
  return found && found in CASES ? t(CASES[found], { name: problem.name ?? "" }) : problem.sentence;
}

/** One side of what changed; of a setting that is left open, what teams read beside it. */
export function sayChanged(path: string, value: unknown, t: TFunction): string {
  if (path === "inputs.required") return sayValue(value, t);
  if (path.startsWith("inputs.") || path.startsWith("answers.")) return saySchema(recordIn(value), t);
  if (path.startsWith("gather.")) return sayPairs(recordIn(value), t);
  if (!path.startsWith("open.")) return sayValue(value, t);
  const { title, choices = [] } = value as { title?: string; choices?: string[] };
  return (
    [title, choices.length > 0 && t("catalog.oneOf", { what: choices.join(", ") })].filter(Boolean).join(" · ") ||
    t("catalog.anyValue")
  );
}
