import { createContext, type ReactNode } from "react";

/** What stands at the start card: the triggers of the workflow that is edited; nothing where a graph is only looked at. */
export const ChipsContext = createContext<ReactNode>(null);
