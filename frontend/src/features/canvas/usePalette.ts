import { query } from "@/api/client";
import type { NodeType, Palette } from "@/graph";

const asPalette = (answer: { items: unknown[] }): Palette =>
  new Map((answer.items as NodeType[]).map((type) => [type.key, type]));

/** Every node type that is installed here. */
export const usePalette = () => query.useQuery("get", "/api/catalog", {}, { select: asPalette, staleTime: 300_000 });
