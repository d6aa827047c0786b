/** What a form knows of the values that can be put in: where they come from, what they are called, whether they fit. */

import { createContext, useContext } from "react";
import type { Offer } from "@/api/pending";
import type { Kind } from "@/graph";

/** A path as people read it: the step's name and kind, and the field. */
export type Described = { step: string; field: string; kind: Kind | "input" };

export type Values = {
  describe: (path: string) => Described;
  /** What can be put into a field that reads in this scope. */
  offers: (scope: string) => Offer[];
  /** Puts a value into reach of the field and gives the words for a hole or a formula. */
  name: (offer: Offer, scope: string) => string;
  /** Whether the form takes the values of a run, not the settings of a step: a free record is then any JSON. */
  isData?: boolean;
  /** The team whose workflow it is, for what is granted to teams and for files; without one, none can be chosen. */
  team?: string;
  /** Called when a field is left: what follows is a change of its own. */
  settle: () => void;
};

export const ValuesContext = createContext<Values>({
  describe: (path) => ({ step: path, field: "", kind: "input" }),
  offers: () => [],
  name: (offer) => offer.path,
  settle: () => {},
});

/** For the form of a run: nothing can be put in but what is typed. */
export const TYPED: Values = {
  describe: (path) => ({ step: path, field: "", kind: "input" }),
  offers: () => [],
  name: (offer) => offer.path,
  settle: () => {},
  isData: true,
};

/** The team whose workflow is edited. */
export const TeamContext = createContext<string | undefined>(undefined);

export const useValues = (): Values => useContext(ValuesContext);
