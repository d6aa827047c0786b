import { use, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/api/pending";
import { type Described, TeamContext, type Values } from "@/forms/values";
import { graphAt, idFrom, nameOf, placeOf, type Schema, setBinding, type Workflow } from "@/graph";
import { RESULT, useEditor, useEditorStore, useOffers } from "../editor";

/** What the forms of a node can put in, and how they name it. */
export function useNodeValues(path: string): Values {
  const { t } = useTranslation();
  const store = useEditorStore();
  const settle = useEditor((state) => state.settle);
  const workflow = useEditor((state) => state.history.present);
  const palette = useEditor((state) => state.palette);
  const offers = useOffers(path, "*");
  const team = use(TeamContext);
  return useMemo(() => {
    const { place, id } = path === RESULT ? { place: [], id: "" } : placeOf(path);
    const graph = graphAt(workflow, place) ?? workflow;
    const describe = (read: string): Described => {
      const [root = "", ...rest] = read.split(".");
      const node = graph.nodes[root];
      const field = rest.join(".").replaceAll("_", " ");
      if (node) return { step: nameOf(graph, root), field, kind: palette.get(node.type)?.kind ?? "tool" };
      if (root === "input" && place.length === 0)
        return { step: t("editor.start"), field: titleOfInput(workflow, rest[0]) ?? field, kind: "input" };
      return { step: root === "input" ? t("editor.start") : root, field, kind: "input" };
    };
    const bound = (): Offer[] => {
      const inputs = graph.nodes[id]?.inputs ?? {};
      const own = Object.entries(inputs).map(([name, binding]): Offer => {
        const from = "from" in binding ? (Array.isArray(binding.from) ? binding.from[0] : binding.from) : undefined;
        const known = offers.find((offer) => offer.path === from);
        return { path: name, word: "fits", reason: "", sure: true, type: known?.type, sample: known?.sample };
      });
      const taken = new Set(own.map((offer) => offer.path));
      return [...own, ...offers.filter((offer) => !taken.has(offer.path))];
    };
    const type = palette.get(graph.nodes[id]?.type ?? "");
    return {
      describe,
      settle,
      ...(team && { team }),
      // A text that reads the node's own inputs may take any value: it becomes an input on the way.
      offers: (scope) => (scope === "inputs" && type?.free ? bound() : scope === "inputs" ? [] : offers),
      name: (offer, scope) => {
        if (scope !== "inputs" || graph.nodes[id]?.inputs?.[offer.path]) return offer.path;
        const inputs = graph.nodes[id]?.inputs ?? {};
        const same = Object.entries(inputs).find(([, each]) => "from" in each && each.from === offer.path);
        if (same) return same[0];
        const name = idFrom(offer.path.split(".").at(-1) ?? "value", Object.keys(inputs), "value");
        store
          .getState()
          .act("bind", nameOf(graph, id), (now) => setBinding(now, place, id, name, { from: offer.path }), path);
        return name;
      },
    };
  }, [workflow, palette, offers, path, settle, store, team, t]);
}

function titleOfInput(workflow: Workflow, name: string | undefined): string | undefined {
  const fields = workflow.inputs.properties as Record<string, Schema> | undefined;
  const title = name === undefined ? undefined : fields?.[name]?.title;
  return typeof title === "string" ? title : undefined;
}
