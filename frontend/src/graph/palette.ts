/** What the canvas knows of a node type: data from `GET /api/catalog`, and what follows from its control word. */

import type { ReadingFields } from "./references";
import type { Json, JsonRecord, Schema, WorkflowNode } from "./workflow";

export type Kind = "prompt" | "tool" | "review" | "policy" | "flow";
export type Control = "step" | "choose" | "merge" | "each" | "repeat" | "call" | "wait" | "ask" | "stop";
export type Port = { name: string; title: string };

export type NodeType = {
  key: string;
  title: string;
  summary: string;
  kind: Kind;
  control: Control;
  effects: { effect: "none" | "read" | "write"; external: boolean; irreversible: boolean; spends: boolean };
  ports: Port[];
  config: Schema;
  /** Schema of the inputs; where they are free, of those that mean something by their name. */
  input: Schema;
  /** Whether any input may be given, named by its binding. */
  free: boolean;
  output: Schema;
  icon: string;
  /** What IT says of a node template; null for a type that a developer wrote. */
  template?: { name: string; newest: boolean; deprecated: string; teams: string[] | null } | null;
  /** Whether it is offered for a new step; what is placed stays as it is. */
  isOffered?: boolean;
};

export type Palette = ReadonlyMap<string, NodeType>;

export const ERROR_PORT = "error";
/** The palette of a team: of each template the newest version that is published to it is offered. */
export function offeredTo(palette: Palette, team: string): Palette {
  return new Map(
    [...palette].map(([key, type]) => {
      const { template } = type;
      const isOffered =
        !template || (template.newest && !template.deprecated && (template.teams?.includes(team) ?? true));
      return [key, { ...type, isOffered }];
    }),
  );
}

const UNKNOWN: Port[] = [{ name: "done", title: "" }];

const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The outlets of a placed node, the main one first; `error`, which every node has, is not among them. */
export function portsOf(node: WorkflowNode | undefined, palette: Palette): Port[] {
  const type = node && palette.get(node.type);
  if (!type) return UNKNOWN;
  const config = node.config ?? {};
  switch (type.control) {
    case "stop":
      return [];
    case "choose": {
      const cases = Array.isArray(config.cases) ? config.cases.filter(isRecord).map((each) => each.port) : [];
      const names = [...cases, config.otherwise].filter((name) => typeof name === "string" && name !== "");
      return [...new Set(names as string[])].map((name) => ({ name, title: name.replaceAll("_", " ") }));
    }
    case "wait":
      return config.signal && (config.wait_for || config.until) ? type.ports : type.ports.slice(0, 1);
    default:
      return type.ports;
  }
}

/** How an edge from this port is written: the main port by the node's id alone, except where ports are conditions. */
export function writePort(id: string, port: string, node: WorkflowNode | undefined, palette: Palette): string {
  const type = node && palette.get(node.type);
  const isMain = portsOf(node, palette)[0]?.name === port;
  return isMain && type?.control !== "choose" ? id : `${id}.${port}`;
}

/** What a node of this type starts with, so that it can be connected and entered at once. */
export function startingConfig(type: NodeType): JsonRecord {
  if (type.control === "choose") return { cases: [{ port: "yes", when: "" }], otherwise: "no" };
  if (type.control === "each" || type.control === "repeat") return { body: { nodes: {} } };
  return {};
}

export const isContainer = (type: NodeType | undefined): boolean =>
  type?.control === "each" || type?.control === "repeat";

/** The config fields of a type that read other nodes (scope `graph`), as the SDK marks them. */
export function readingFields(type: NodeType | undefined): ReadingFields {
  const found: { path: string[]; holds: "expr" | "template" }[] = [];
  if (type) collect(type.config, type.config, [], found);
  return found;
}

function collect(
  schema: Schema,
  root: Schema,
  path: string[],
  found: { path: string[]; holds: "expr" | "template" }[],
) {
  for (const holds of ["expr", "template"] as const) {
    const mark = schema[holds === "expr" ? "x-expression" : "x-template"];
    if (isRecord(mark) && mark.scope === "graph") found.push({ path, holds });
  }
  if (path.length > 4) return;
  if (typeof schema.$ref === "string") collect(resolveRef(schema, root), root, path, found);
  if (isRecord(schema.properties))
    for (const [key, value] of Object.entries(schema.properties))
      if (isRecord(value)) collect(value, root, [...path, key], found);
  if (isRecord(schema.items)) collect(schema.items, root, [...path, "*"], found);
}

/** The schema behind a `$ref` of the same document; the schema itself where there is none. */
export function resolveRef(schema: Schema, root: Schema): Schema {
  if (typeof schema.$ref !== "string") return schema;
  const target = isRecord(root.$defs) ? root.$defs[schema.$ref.replace("#/$defs/", "")] : undefined;
  const { $ref: _, ...beside } = schema;
  return isRecord(target) ? { ...target, ...beside } : beside;
}
