import { lazy, type ReactElement, type ReactNode, Suspense, useState } from "react";

const Popping = lazy(() => import("./Popping").then((file) => ({ default: file.Popping })));

export type FlyoutProps = {
  /** The button that opens it. */
  target: ReactElement;
  label: string;
  isOpen: boolean;
  onChange: (isOpen: boolean) => void;
  position: "top-start" | "right-end" | "bottom-end";
  width: number;
  className?: string;
  children: ReactNode;
};

/** A panel beside its button. What places it is loaded when it is first opened: every page has such buttons. */
export function Flyout(props: FlyoutProps) {
  const [isNeeded, setNeeded] = useState(false);
  if (props.isOpen && !isNeeded) setNeeded(true);
  if (!isNeeded) return props.target;
  return (
    <Suspense fallback={props.target}>
      <Popping {...props} />
    </Suspense>
  );
}
