/** The state of one open workflow: its history, what is selected, what the server has said about it. */

import { createContext, useContext, useMemo } from "react";
import { createStore, type StoreApi, useStore } from "zustand";
import type { Draft, WorkflowRow } from "@/api/client";
import type { CheckAnswer, FindingRecord, Offer, Preview, Sample } from "@/api/pending";
import {
  type Act,
  addNode,
  changeGroup,
  commit,
  connect,
  disconnect,
  type Edge,
  type Group,
  graphAt,
  type History,
  isLocked,
  type Json,
  type JsonRecord,
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
  spotAfter,
  startHistory,
  undo,
  type Workflow,
  withWoven,
} from "@/graph";

/** What can be selected beside nodes: the start card, which stands for `input`, and the result. */
export const START = "$input";
export const RESULT = "$result";
/** Before the id of a group or a note. */
export const GROUP = "$group:";

/** Everything, up to a step, or one step alone. */
export type Target = { upto?: string; only?: string };

export type PickerRequest = { place: Place; spot: Spot; at?: Point };

export type Newer = { path: string; type: string; to: string };

export type EditorState = {
  history: History<Workflow>;
  palette: Palette;
  /** The container whose body the canvas shows. */
  place: Place;
  selected: readonly string[];
  /** A field that is to be shown and focused, as findings name it. */
  focusField: string | null;
  picker: PickerRequest | null;
  /** A step that may become one of a newer version of its template: what it is, and what it would be. */
  upgrading: Newer | null;
  check: CheckAnswer | null;
  /** Whether the drawing shows what governance adds. */
  isGoverned: boolean;
  /** Whether arrows show the data labels that they carry. */
  isLabelled: boolean;
  /** A way through the graph that breaks a rule, as node paths; laid over the drawing until something else is chosen. */
  way: readonly string[] | null;
  /** What is to be tried; null while nobody wants to try anything. */
  trying: Target | null;
  /** What the start card gives when the draft is tried. */
  tryInput: JsonRecord;
  /** The last dry run of this draft: its number, and the graph that it was made of. */
  tried: { run: string; of: Workflow } | null;
  /** Outputs that stand still while trying, by node path. They are kept beside the draft and reach no version. */
  pins: Readonly<Record<string, Json>>;
  /** The last outputs that one may see, by node path: what pills show, and what one step alone is tried with. */
  samples: Readonly<Record<string, Sample>>;
  act: (act: Act, what: string, change: (workflow: Workflow) => Workflow, topic?: string) => void;
  settle: () => void;
  undo: () => void;
  redo: () => void;
  select: (paths: readonly string[], field?: string | null) => void;
  enter: (place: Place) => void;
  pick: (request: PickerRequest | null) => void;
  upgrade: (wanted: Newer | null) => void;
  setPalette: (palette: Palette) => void;
  /** Asks what is to follow the one step that is selected; without one, what is to stand free. */
  pickNext: () => void;
  add: (typeKey: string, title: string) => string | null;
  remove: (paths: readonly string[]) => readonly string[];
  connect: (place: Place, from: { id: string; port: string }, to: string) => void;
  disconnect: (place: Place, edge: Edge) => void;
  paste: (text: string) => number;
  setCheck: (check: CheckAnswer) => void;
  govern: (isGoverned: boolean) => void;
  label: (isLabelled: boolean) => void;
  showWay: (way: readonly string[] | null) => void;
  aim: (target: Target | null) => void;
  setTryInput: (input: JsonRecord) => void;
  setTried: (run: string | null) => void;
  pin: (path: string, output: Json | undefined) => void;
  unpinAll: () => void;
  setPins: (pins: Readonly<Record<string, Json>>) => void;
  setSamples: (samples: Readonly<Record<string, Sample>>) => void;
};

export type EditorStore = StoreApi<EditorState>;

/** The group or note that is selected by this path. */
export const groupOf = (workflow: Workflow, path: string | undefined): Group | undefined =>
  path?.startsWith(GROUP) ? workflow.groups.find((group) => GROUP + group.id === path) : undefined;

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
    upgrading: null,
    check: null,
    isGoverned: false,
    isLabelled: false,
    way: null,
    trying: null,
    tryInput: {},
    tried: null,
    pins: {},
    samples: {},
    act: (act, what, change, topic) =>
      set(({ history }) => ({ history: commit(history, { act, what }, change(history.present), topic ?? null) })),
    settle: () => set(({ history }) => ({ history: settle(history) })),
    undo: () => set((state) => surviving(undo(state.history), state)),
    redo: () => set((state) => surviving(redo(state.history), state)),
    select: (selected, field = null) => set({ selected, focusField: field, way: null }),
    enter: (place) => set({ place, selected: [] }),
    pick: (picker) => set({ picker }),
    upgrade: (upgrading) => set({ upgrading }),
    setPalette: (known) => set({ palette: known }),
    pickNext: () => {
      const { place, selected, history, palette: now } = get();
      const graph = graphAt(history.present, place);
      const [path] = selected.length === 1 ? selected : [];
      const after = path !== undefined && graph && pathOf(place, placeOf(path).id) === path ? placeOf(path).id : null;
      set({ picker: { place, spot: graph && after !== null ? spotAfter(graph, after, now) : null } });
    },
    add: (typeKey, title) => {
      const { picker, history } = get();
      if (!picker) return null;
      const { place, spot, at } = picker;
      const { workflow: after, id } = addNode(history.present, place, typeKey, get().palette, { title, spot, at });
      const name = nameOf(graphAt(after, place) ?? after, id);
      const act = spot && "into" in spot ? "insert" : "add";
      set({ history: commit(history, { act, what: name }, after), picker: null, selected: [pathOf(place, id)] });
      return id;
    },
    remove: (paths) => {
      const { history } = get();
      const group = groupOf(history.present, paths[0]);
      if (group) {
        const what = group.title ?? group.note ?? "";
        get().act("delete", what, (workflow) => changeGroup(workflow, group.id, null));
        set({ selected: [] });
        return [what];
      }
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
        connect(workflow, place, from, to, get().palette),
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
      const pasted = pasteNodes(history.present, place, text, get().palette);
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
    label: (isLabelled) => set({ isLabelled }),
    showWay: (way) => set({ way, selected: [] }),
    aim: (trying) => set({ trying, selected: [], ...(trying === null && { tried: null }) }),
    setTryInput: (tryInput) => set({ tryInput }),
    setTried: (run) =>
      set(({ history }) => ({
        tried: run === null ? null : { run, of: history.present },
        way: null,
        isGoverned: true,
      })),
    pin: (path, output) =>
      set(({ pins: { [path]: _, ...others } }) => ({
        pins: output === undefined ? others : { ...others, [path]: output },
      })),
    unpinAll: () => set({ pins: {} }),
    setPins: (pins) => set({ pins }),
    setSamples: (samples) => set({ samples }),
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
    if (path.startsWith(GROUP)) return groupOf(history.present, path) !== undefined;
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

/** What may feed an input (`*`: a new one) of the node at a path, with what it was when it last ran. */
export function useOffers(path: string, field: string): Offer[] {
  const offers = useEditor((state) => state.check?.fits[path]?.[field] ?? state.check?.fits[path]?.["*"] ?? NO_OFFERS);
  const samples = useEditor((state) => state.samples);
  const pins = useEditor((state) => state.pins);
  const input = useEditor((state) => state.tryInput);
  return useMemo(() => {
    const { place } = placeOf(path);
    return offers.map((offer) => {
      const [root = "", ...field] = offer.path.split(".");
      const at = pathOf(place, root);
      const given = root === "input" ? input : (pins[at] ?? samples[at]?.output);
      return { ...offer, sample: sampleText(given, field) };
    });
  }, [offers, samples, pins, input, path]);
}

const LONGEST_SAMPLE = 40;

/** The value at a field as a few words; null where there is none. */
function sampleText(value: Json | undefined, field: readonly string[]): string | null {
  let here: Json | undefined = value;
  for (const part of field)
    here = typeof here === "object" && here !== null && !Array.isArray(here) ? here[part] : undefined;
  if (here === undefined || here === null || here === "") return null;
  const text = (typeof here === "string" ? here : JSON.stringify(here)).replace(/\s+/g, " ");
  return text.length > LONGEST_SAMPLE ? `${text.slice(0, LONGEST_SAMPLE - 1)}…` : text;
}
