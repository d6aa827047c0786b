import { query, type StepRow } from "@/api/client";

type Names = ReadonlyMap<string, string>;
const asNames = (answer: { items: { key: string; title: string }[] }): Names =>
  new Map(answer.items.map(({ key, title }) => [key, title]));

/** What people call a step: its title, else what its type does, else its id as words. */
export function useTitles(): (step: Pick<StepRow, "title" | "node" | "type">) => string {
  const { data } = query.useQuery("get", "/api/catalog", {}, { select: asNames, staleTime: 300_000 });
  return ({ title, node, type }) => title || (data?.get(type) ?? (node.split(".").at(-1) ?? "").replaceAll("_", " "));
}
