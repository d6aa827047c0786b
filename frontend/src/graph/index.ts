/** A workflow and what can be done to it, without any screen. */

export * from "./change";
export * from "./clipboard";
export * from "./compare";
export * from "./history";
export * from "./names";
export * from "./outline";
export * from "./palette";
export { freePlace, placesOf } from "./places";
export * from "./upgrade";
export * from "./weave";
export * from "./workflow";
