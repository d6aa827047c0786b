/** The state of one open workflow: its history, what is selected, what the server has said about it. */

import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";
import type { Draft, WorkflowRow } from "@/api/client";
import type { CheckAnswer, FindingRecord, Offer, Preview } from "@/api/pending";
import {
  type Act,
  addNode,
  commit,
  connect,
  disconnect,
  type Edge,
  graphAt,
  type History,
  isLocked,
  nameOf,
  type Palette,
  type Place,
  type Point,
  parseWorkflow,
  pasteNodes,
  pathOf,
  placeOf,
  redo,
  removeNodes,
  type Spot,
  settle,
  sourceOf,
  startHistory,
  undo,
  type Workflow,
  withWoven,
} from "@/graph";

/** What can be selected beside nodes: the start card, which stands for `input`, and the result. */
export const START = "$input";
export const RESULT = "$result";

export type PickerRequest = { place: Place; spot: Spot; at?: Point };

export type EditorState = {
  history: History<Workflow>;
  palette: Palette;
  /** The container whose body the canvas shows. */
  place: Place;
  selected: readonly string[];
  /** A field that is to be shown and focused, as findings name it. */
  focusField: string | null;
  picker: PickerRequest | null;
  check: CheckAnswer | null;
  /** Whether the drawing shows what governance adds. */
  isGoverned: boolean;
  /** A way through the graph that breaks a rule, as node paths; laid over the drawing until something else is chosen. */
  way: readonly string[] | null;
  act: (act: Act, what: string, change: (workflow: Workflow) => Workflow, topic?: string) => void;
  settle: () => void;
  undo: () => void;
  redo: () => void;
  select: (paths: readonly string[], field?: string | null) => void;
  enter: (place: Place) => void;
  pick: (request: PickerRequest | null) => void;
  add: (typeKey: string, title: string) => string | null;
  remove: (paths: readonly string[]) => readonly string[];
  connect: (place: Place, from: { id: string; port: string }, to: string) => void;
  disconnect: (place: Place, edge: Edge) => void;
  paste: (text: string) => number;
  setCheck: (check: CheckAnswer) => void;
  govern: (isGoverned: boolean) => void;
  showWay: (way: readonly string[] | null) => void;
};

export type EditorStore = StoreApi<EditorState>;

/** A draft as the model; its name and purpose stand with the workflow. */
export const openDraft = (row: WorkflowRow, draft: Draft): Workflow =>
  parseWorkflow({ handrail: 1, name: row.name, purpose: row.purpose, ...draft.graph });

export function makeEditor(workflow: Workflow, palette: Palette): EditorStore {
  return createStore<EditorState>((set, get) => ({
    history: startHistory(workflow),
    palette,
    place: [],
    selected: [],
    focusField: null,
    picker: null,
    check: null,
    isGoverned: false,
    way: null,
    act: (act, what, change, topic) =>
      set(({ history }) => ({ history: commit(history, { act, what }, change(history.present), topic ?? null) })),
    settle: () => set(({ history }) => ({ history: settle(history) })),
    undo: () => set((state) => surviving(undo(state.history), state)),
    redo: () => set((state) => surviving(redo(state.history), state)),
    select: (selected, field = null) => set({ selected, focusField: field, way: null }),
    enter: (place) => set({ place, selected: [] }),
    pick: (picker) => set({ picker }),
    add: (typeKey, title) => {
      const { picker, history } = get();
      if (!picker) return null;
      const { place, spot, at } = picker;
      const { workflow: after, id } = addNode(history.present, place, typeKey, palette, { title, spot, at });
      const name = nameOf(graphAt(after, place) ?? after, id);
      const act = spot && "into" in spot ? "insert" : "add";
      set({ history: commit(history, { act, what: name }, after), picker: null, selected: [pathOf(place, id)] });
      return id;
    },
    remove: (paths) => {
      const { history } = get();
      const gone = paths.filter((path) => {
        const { place, id } = placeOf(path);
        const node = graphAt(history.present, place)?.nodes[id];
        return node !== undefined && !isLocked(node);
      });
      const [first] = gone;
      if (first === undefined) return [];
      const { place } = placeOf(first);
      const ids = gone.map((path) => placeOf(path).id);
      const names = ids.map((id) => nameOf(graphAt(history.present, place) ?? history.present, id));
      const after = removeNodes(history.present, place, ids);
      set({ history: commit(history, { act: "delete", what: names.join(", ") }, after), selected: [] });
      return names;
    },
    connect: (place, from, to) => {
      const { act, history } = get();
      act("connect", nameOf(graphAt(history.present, place) ?? history.present, from.id), (workflow) =>
        connect(workflow, place, from, to, palette),
      );
    },
    disconnect: (place, edge) => {
      const { act, history } = get();
      act("disconnect", nameOf(graphAt(history.present, place) ?? history.present, sourceOf(edge)), (workflow) =>
        disconnect(workflow, place, edge),
      );
    },
    paste: (text) => {
      const { history, place } = get();
      const pasted = pasteNodes(history.present, place, text, palette);
      if (!pasted) return 0;
      const what = pasted.ids.map((id) => nameOf(graphAt(pasted.workflow, place) ?? pasted.workflow, id)).join(", ");
      set({
        history: commit(history, { act: "paste", what }, pasted.workflow),
        selected: pasted.ids.map((id) => pathOf(place, id)),
      });
      return pasted.ids.length;
    },
    setCheck: (check) => set({ check }),
    govern: (isGoverned) => set({ isGoverned }),
    showWay: (way) => set({ way, selected: [] }),
  }));
}

const shownBefore = new WeakMap<Workflow, { preview: Preview; shown: Workflow }>();

/** What is drawn: the draft, with what governance adds where that is wanted. */
export function shownOf({ history: { present }, check, isGoverned }: EditorState): Workflow {
  const preview = isGoverned ? check?.preview : null;
  if (!preview) return present;
  const known = shownBefore.get(present);
  if (known?.preview === preview) return known.shown;
  const shown = withWoven(present, parseWorkflow({ ...preview.graph, handrail: 1, name: present.name }));
  shownBefore.set(present, { preview, shown });
  return shown;
}

/** After undo and redo, what is gone is no longer selected, and a container that is gone is left. */
function surviving(history: History<Workflow>, state: EditorState): Partial<EditorState> {
  const exists = (path: string): boolean => {
    const { place, id } = placeOf(path);
    return path.startsWith("$") || graphAt(history.present, place)?.nodes[id] !== undefined;
  };
  const place = graphAt(history.present, state.place) ? state.place : [];
  return { history, place, selected: state.selected.filter(exists) };
}

export const EditorContext = createContext<EditorStore | null>(null);

export function useEditorStore(): EditorStore {
  const store = useContext(EditorContext);
  if (!store) throw new Error("This part of the editor stands outside of it.");
  return store;
}

export const useEditor = <Slice>(select: (state: EditorState) => Slice): Slice => useStore(useEditorStore(), select);

const NO_FINDINGS: FindingRecord[] = [];
const NO_OFFERS: Offer[] = [];

export const useFindings = (): FindingRecord[] => useEditor((state) => state.check?.findings ?? NO_FINDINGS);

/** What may feed an input (`*`: a new one) of the node at a path. */
export const useOffers = (path: string, field: string): Offer[] =>
  useEditor((state) => state.check?.fits[path]?.[field] ?? state.check?.fits[path]?.["*"] ?? NO_OFFERS);
