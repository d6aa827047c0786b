import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { NodeType, Palette } from "@/graph";

type Language = "en" | "de";

const asPalette = (answer: { items: unknown[] }): Palette =>
  new Map((answer.items as NodeType[]).map((type) => [type.key, type]));

/** Every node type that is installed here. */
export function usePalette() {
  const { i18n } = useTranslation();
  const params = { query: { language: i18n.language as Language } };
  return query.useQuery("get", "/api/catalog", { params }, { select: asPalette, staleTime: 300_000 });
}
