/** The one way to mend a finding, where there is one. */

import type { FindingRecord, Offer } from "@/api/pending";
import { changeAt, disconnect, type Edge, graphAt, placeOf, same, setBinding, sourceOf, type Workflow } from "@/graph";

/** The newer version of its template that a step may become, where the finding knows one. */
export function newerOf({ node, params }: FindingRecord): { path: string; type: string; to: string } | null {
  const { key, to } = params ?? {};
  return node !== null && typeof key === "string" && typeof to === "string" ? { path: node, type: key, to } : null;
}

/** What mends it, as a change of the draft; null where people must choose. */
export function fixFor(
  finding: FindingRecord,
  workflow: Workflow,
  offers: Readonly<Record<string, Readonly<Record<string, readonly Offer[]>>>>,
): ((workflow: Workflow) => Workflow) | null {
  if (finding.node === null) return null;
  const { place, id } = placeOf(finding.node);
  const graph = graphAt(workflow, place);
  const name = /^inputs\.([^.]+)$/.exec(finding.field ?? "")?.[1];
  if (!graph?.nodes[id]) return null;
  if (finding.code === "unknown_input" && name) return (now) => setBinding(now, place, id, name, null);
  if (finding.code === "missing_input" && name) {
    const fitting = (offers[finding.node]?.[name] ?? []).filter((offer) => offer.word === "fits" && offer.sure);
    const [only] = fitting;
    return only && fitting.length === 1 ? (now) => setBinding(now, place, id, name, { from: only.path }) : null;
  }
  if (finding.code === "edge_behind_stop") {
    const behind = graph.edges.filter((edge) => sourceOf(edge) === id);
    return behind.length > 0
      ? (now) => behind.reduce((here: Workflow, edge: Edge) => disconnect(here, place, edge), now)
      : null;
  }
  if (finding.code === "duplicate_edge") {
    const isTwice = once(graph.edges).length < graph.edges.length;
    return isTwice ? (now) => changeAt(now, place, (here) => ({ ...here, edges: once(here.edges) })) : null;
  }
  return null;
}

const once = (edges: readonly Edge[]): Edge[] =>
  edges.filter((edge, at) => edges.findIndex((each) => same(each, edge)) === at);
