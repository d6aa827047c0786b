import { Popover } from "@mantine/core";
import { Suspense, useRef } from "react";
import type { FlyoutProps } from "./Flyout";
import { Loading } from "./states";

/** The open panel; Escape closes it and the focus is on its button again. */
export function Popping({ target, label, isOpen, onChange, position, width, className, children }: FlyoutProps) {
  const frame = useRef<HTMLDivElement>(null);
  /** Whoever closed it without going elsewhere goes on where they were. */
  const change = (next: boolean): void => {
    onChange(next);
    if (next) return;
    setTimeout(() => {
      const { activeElement } = document;
      const isElsewhere = activeElement !== document.body && !activeElement?.closest("[data-popping]");
      if (!isElsewhere) frame.current?.querySelector("button")?.focus();
    });
  };
  return (
    <div ref={frame}>
      <Popover opened={isOpen} onChange={change} position={position} width={width} trapFocus shadow="md">
        <Popover.Target>{target}</Popover.Target>
        <Popover.Dropdown data-popping aria-label={label} className={className} p={className ? 0 : undefined}>
          <Suspense fallback={<Loading lines={3} />}>{children}</Suspense>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
