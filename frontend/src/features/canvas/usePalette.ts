import { query } from "@/api/client";
import type { NodeType, Palette } from "@/graph";

const asPalette = (answer: { items: NodeType[] }): Palette => new Map(answer.items.map((type) => [type.key, type]));

/** Every node type that is installed here. */
export const usePalette = () => query.useQuery("get", "/api/catalog", {}, { select: asPalette, staleTime: 300_000 });
