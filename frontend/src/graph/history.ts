/**
 * Undo and redo as labelled transactions. One thing that a person does is one entry, however much it changes: deleting
 * a node takes its edges with it, and one undo brings all of it back.
 */

export type Act =
  | "add"
  | "insert"
  | "connect"
  | "disconnect"
  | "delete"
  | "move"
  | "rename"
  | "bind"
  | "settings"
  | "paste"
  | "group"
  | "note"
  | "tidy"
  | "inputs"
  | "result"
  | "restore"
  | "upgrade";

/** What was done, to what: `{act: "delete", what: "Draft reply"}` is shown as “Undo: delete Draft reply”. */
export type Label = { act: Act; what: string };

type Entry<State> = { label: Label; before: State; topic: string | null };

export type History<State> = {
  readonly present: State;
  readonly past: readonly Entry<State>[];
  readonly future: readonly { label: Label; after: State }[];
};

const LONGEST = 200;

export const startHistory = <State>(present: State): History<State> => ({ present, past: [], future: [] });

/**
 * The history with one more transaction. Nothing is written where nothing changed.
 *
 * @param topic entries with the same topic, one behind the other, are one: typing into a field is not a step for each
 *   letter. `settle` ends it.
 */
export function commit<State>(
  history: History<State>,
  label: Label,
  after: State,
  topic: string | null = null,
): History<State> {
  if (after === history.present) return history;
  const last = history.past.at(-1);
  const continues = topic !== null && last?.topic === topic && history.future.length === 0;
  const past = continues ? history.past : [...history.past, { label, before: history.present, topic }].slice(-LONGEST);
  return { present: after, past, future: [] };
}

/** Ends what was being typed: the next change of the same field is a transaction of its own. */
export function settle<State>(history: History<State>): History<State> {
  const last = history.past.at(-1);
  if (!last || last.topic === null) return history;
  return { ...history, past: [...history.past.slice(0, -1), { ...last, topic: null }] };
}

export function undo<State>(history: History<State>): History<State> {
  const last = history.past.at(-1);
  if (!last) return history;
  return {
    present: last.before,
    past: history.past.slice(0, -1),
    future: [{ label: last.label, after: history.present }, ...history.future],
  };
}

export function redo<State>(history: History<State>): History<State> {
  const [next, ...future] = history.future;
  if (!next) return history;
  return {
    present: next.after,
    past: [...history.past, { label: next.label, before: history.present, topic: null }],
    future,
  };
}

export const undoLabel = <State>(history: History<State>): Label | null => history.past.at(-1)?.label ?? null;
export const redoLabel = <State>(history: History<State>): Label | null => history.future[0]?.label ?? null;
