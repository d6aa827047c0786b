import { useTranslation } from "react-i18next";
import { query, type StepRow } from "@/api/client";

type Language = "en" | "de";
type Names = ReadonlyMap<string, string>;
const asNames = (answer: { items: { key: string; title: string }[] }): Names =>
  new Map(answer.items.map(({ key, title }) => [key, title]));

/** What people call a step, as the canvas does: its title, else its id as words; a woven one by what its type does. */
export function useTitles(): (step: Pick<StepRow, "title" | "node" | "type" | "forced">) => string {
  const { i18n } = useTranslation();
  const params = { query: { language: i18n.language as Language } };
  const { data } = query.useQuery("get", "/api/catalog", { params }, { select: asNames, staleTime: 300_000 });
  return ({ title, node, type, forced }) => {
    const id = (node.split(".").at(-1) ?? "").replaceAll("_", " ");
    return title || (forced ? data?.get(type) : undefined) || id;
  };
}
