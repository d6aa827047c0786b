/** Names inside bindings: who reads whom, and how reading follows when a node is renamed. */

import type { Binding, Json, JsonRecord, WorkflowNode } from "./workflow";

export type Renames = ReadonlyMap<string, string>;

/** Which config fields of a type hold expressions or templates that read other nodes, as paths of keys (`*`: any item). */
export type ReadingFields = readonly { path: readonly string[]; holds: "expr" | "template" }[];

const STRING =
  /b?r(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"]*"|'[^']*')|b?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/iy;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;

/** The expression with its root names replaced: never a field behind a dot, a function's name or text in quotes. */
export function renameInExpression(source: string, names: Renames): string {
  let out = "";
  let at = 0;
  while (at < source.length) {
    STRING.lastIndex = at;
    WORD.lastIndex = at;
    const text = STRING.exec(source)?.[0];
    const word = text === undefined ? WORD.exec(source)?.[0] : undefined;
    const piece = text ?? word ?? source.charAt(at);
    const isRoot = word !== undefined && !/\.\s*$/.test(out) && !/^\s*\(/.test(source.slice(at + word.length));
    out += isRoot ? (names.get(word) ?? word) : piece;
    at += piece.length;
  }
  return out;
}

/** The template with the names in its holes replaced; `{{{{` is a literal brace and no hole. */
export function renameInTemplate(source: string, names: Renames): string {
  return source.replace(/\{\{\{\{|\{\{([\s\S]*?)\}\}/g, (hole, inside: string | undefined) =>
    inside === undefined ? hole : `{{${renameInExpression(inside, names)}}}`,
  );
}

const renamePath = (path: string, names: Renames): string => {
  const [root = "", ...rest] = path.split(".");
  return [names.get(root) ?? root, ...rest].join(".");
};

export function renameInBinding(binding: Binding, names: Renames): Binding {
  if ("from" in binding) {
    const { from } = binding;
    return {
      ...binding,
      from: Array.isArray(from) ? from.map((each) => renamePath(each, names)) : renamePath(from, names),
    };
  }
  if ("expr" in binding) return { ...binding, expr: renameInExpression(binding.expr, names) };
  if ("template" in binding) return { ...binding, template: renameInTemplate(binding.template, names) };
  return binding;
}

export function renameInBindings(bindings: Record<string, Binding>, names: Renames): Record<string, Binding> {
  return Object.fromEntries(
    Object.entries(bindings).map(([field, binding]) => [field, renameInBinding(binding, names)]),
  );
}

/** A node whose bindings, and config fields that read, follow the new names. */
export function renameInNode(node: WorkflowNode, names: Renames, fields: ReadingFields): WorkflowNode {
  let config = node.config;
  for (const { path, holds } of fields) {
    const rename = holds === "expr" ? renameInExpression : renameInTemplate;
    config = config && (changeText(config, path, (text) => rename(text, names)) as JsonRecord);
  }
  return {
    ...node,
    ...(config && { config }),
    ...(node.inputs && { inputs: renameInBindings(node.inputs, names) }),
  };
}

function changeText(value: Json, path: readonly string[], change: (text: string) => string): Json {
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === "string" ? change(value) : value;
  if (key === "*") return Array.isArray(value) ? value.map((item) => changeText(item, rest, change)) : value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const inner = value[key];
  return inner === undefined ? value : { ...value, [key]: changeText(inner, rest, change) };
}
