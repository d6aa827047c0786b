/** A placed step that becomes one of another version of its node template: what fits is kept, what does not is named. */

import { setBinding, setConfig } from "./change";
import type { NodeType, Palette } from "./palette";
import { changeAt, graphAt, isLocked, type JsonRecord, type Place, type Workflow } from "./workflow";

export type Upgraded = {
  workflow: Workflow;
  /** Settings that the newer version fixes or does not know, and inputs that it does not take: titles are not known here. */
  dropped: { settings: string[]; inputs: string[] };
};

export function upgradeNode(workflow: Workflow, place: Place, id: string, type: NodeType, palette: Palette): Upgraded {
  const node = graphAt(workflow, place)?.nodes[id];
  if (!node || isLocked(node)) return { workflow, dropped: { settings: [], inputs: [] } };
  const fields = (type.config.properties ?? {}) as Record<string, JsonRecord>;
  const taken = (type.input.properties ?? {}) as JsonRecord;
  const isOpen = (name: string): boolean => name in fields && fields[name]?.["x-fixed"] !== true;
  const settings = Object.keys(node.config ?? {}).filter((name) => !isOpen(name));
  const inputs = type.free ? [] : Object.keys(node.inputs ?? {}).filter((name) => !(name in taken));
  const config = Object.fromEntries(Object.entries(node.config ?? {}).filter(([name]) => isOpen(name)));
  const freed = inputs.reduce((now, name) => setBinding(now, place, id, name, null), workflow);
  const set = settings.length > 0 ? setConfig(freed, place, id, config, palette) : freed;
  const changed = changeAt(set, place, (graph) => {
    const here = graph.nodes[id];
    return here ? { ...graph, nodes: { ...graph.nodes, [id]: { ...here, type: type.key } } } : graph;
  });
  return { workflow: changed, dropped: { settings, inputs } };
}
