/** Conditions as rows of field, operator, value; and back from the formula that the file holds. */

export const OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "contains", "startsWith", "empty", "filled"] as const;
export type Operator = (typeof OPERATORS)[number];
export type Rule = { field: string; operator: Operator; value: string };
export type Rules = { all: boolean; rules: Rule[] };

const PATH = "[a-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*";
const LITERAL = `-?\\d+(?:\\.\\d+)?|true|false|"(?:\\\\.|[^"\\\\])*"|'(?:\\\\.|[^'\\\\])*'`;
const COMPARED = new RegExp(`^(${PATH})\\s*(==|!=|<=|>=|<|>)\\s*(${LITERAL})$`);
const CALLED = new RegExp(`^(${PATH})\\.(contains|startsWith)\\((${LITERAL})\\)$`);

/** The formula as rows; null when it says more than rows can. */
export function readRules(formula: string): Rules | null {
  if (formula.trim() === "") return { all: true, rules: [] };
  const parts = splitOutside(formula);
  if (!parts) return null;
  const rules = parts.parts.map(readRule);
  return rules.every((rule) => rule !== null) ? { all: parts.by !== "||", rules } : null;
}

function splitOutside(formula: string): { parts: string[]; by: string | null } | null {
  const pieces = formula.split(/("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|&&|\|\|)/);
  const parts = [""];
  let by: string | null = null;
  for (const piece of pieces) {
    if (piece !== "&&" && piece !== "||") parts[parts.length - 1] += piece;
    else if (by !== null && by !== piece) return null;
    else {
      by = piece;
      parts.push("");
    }
  }
  return { parts: parts.map((part) => part.trim()), by };
}

function readRule(text: string): Rule | null {
  const [, field, operator, value] = COMPARED.exec(text) ?? CALLED.exec(text) ?? [];
  if (!field || !operator || value === undefined) return null;
  const said = unquote(value);
  if (said === "" && operator === "==") return { field, operator: "empty", value: "" };
  if (said === "" && operator === "!=") return { field, operator: "filled", value: "" };
  return { field, operator: operator as Operator, value: said };
}

function unquote(literal: string): string {
  if (!/^["']/.test(literal)) return literal;
  return literal.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}

/** @param isText whether the field holds text, so that `12` is written as `"12"`. */
export function writeRules({ all, rules }: Rules, isText: (field: string) => boolean): string {
  return rules.map((rule) => writeRule(rule, isText(rule.field))).join(all ? " && " : " || ");
}

function writeRule({ field, operator, value }: Rule, isText: boolean): string {
  const quoted = `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
  if (operator === "empty") return `${field} == ""`;
  if (operator === "filled") return `${field} != ""`;
  if (operator === "contains" || operator === "startsWith") return `${field}.${operator}(${quoted})`;
  const isBare = !isText && /^(-?\d+(\.\d+)?|true|false)$/.test(value);
  return `${field} ${operator} ${isBare ? value : quoted}`;
}

/** The operators that make sense for a type. */
export function operatorsFor(type: string | undefined): readonly Operator[] {
  if (type === "boolean") return ["==", "!="];
  if (type === "number" || type === "integer") return ["==", "!=", "<", "<=", ">", ">="];
  if (type === "string") return ["==", "!=", "contains", "startsWith", "empty", "filled"];
  return OPERATORS;
}
