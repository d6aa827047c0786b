import { ReactFlowProvider } from "@xyflow/react";
import { type ReactNode, useState } from "react";
import type { Size } from "./openAt";

/** Finds out how much room there is before anything is drawn, so that only what is in view ever is. */
export function Sized({ children }: { children: (size: Size) => ReactNode }) {
  const [size, setSize] = useState<Size | null>(null);
  if (size === null)
    return (
      <div
        className="drawing"
        ref={(frame) => {
          if (frame) setSize({ width: frame.clientWidth || 1200, height: frame.clientHeight || 600 });
        }}
      />
    );
  return (
    <ReactFlowProvider initialWidth={size.width} initialHeight={size.height}>
      {children(size)}
    </ReactFlowProvider>
  );
}
