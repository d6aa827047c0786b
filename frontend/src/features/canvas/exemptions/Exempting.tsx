import { lazy, Suspense } from "react";
import { withWords } from "@/kit/words";
import type { Bound, Brief } from "./Exemption";

const Loaded = lazy(() => withWords(import("./Exemption")).then((file) => ({ default: file.Exemption })));

/** Where an exemption from a rule stands, and the way to ask for one; it comes a moment later than what is around it. */
export function Exempting(props: Bound & Brief) {
  return (
    <Suspense fallback={null}>
      <Loaded {...props} />
    </Suspense>
  );
}
