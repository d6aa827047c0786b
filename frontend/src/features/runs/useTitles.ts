import { query, type StepRow } from "@/api/client";

type Names = ReadonlyMap<string, string>;
const asNames = (answer: { items: { key: string; title: string }[] }): Names =>
  new Map(answer.items.map(({ key, title }) => [key, title]));

/** What people call a step, as the canvas does: its title, else its id as words; a woven one by what its type does. */
export function useTitles(): (step: Pick<StepRow, "title" | "node" | "type" | "forced">) => string {
  const { data } = query.useQuery("get", "/api/catalog", {}, { select: asNames, staleTime: 300_000 });
  return ({ title, node, type, forced }) => {
    const id = (node.split(".").at(-1) ?? "").replaceAll("_", " ");
    return title || (forced ? data?.get(type) : undefined) || id;
  };
}
