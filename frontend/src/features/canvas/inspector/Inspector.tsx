import { ActionIcon, FocusTrap } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ValuesContext } from "@/forms/values";
import { GROUP, RESULT, START, useEditor } from "../editor";
import { GroupPanel } from "./GroupPanel";
import classes from "./Inspector.module.css";
import { NodePanel } from "./NodePanel";
import { ResultPanel } from "./ResultPanel";
import { StartPanel } from "./StartPanel";
import { useNodeValues } from "./useNodeValues";

/** What is selected, opened over the canvas or the list; on a phone it takes the whole screen. */
export function Inspector() {
  const path = useEditor((state) => (state.selected.length === 1 ? state.selected[0] : undefined));
  return path === undefined ? null : <Panel key={path} path={path} />;
}

function Panel({ path }: { path: string }) {
  const { t } = useTranslation();
  const select = useEditor((state) => state.select);
  const field = useEditor((state) => state.focusField);
  const isSmall = useMediaQuery("(max-width: 900px)") ?? false;
  const values = useNodeValues(path);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (field) focusField(panel.current, field);
  }, [field]);
  const close = (): void => {
    select([]);
    document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus();
  };
  return (
    <FocusTrap active={isSmall} innerRef={panel}>
      <aside
        className={classes.panel}
        aria-label={t("inspector.label")}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.defaultPrevented) close();
        }}
      >
        <ActionIcon className={classes.close} size={36} aria-label={t("inspector.close")} onClick={close}>
          <X aria-hidden size={17} />
        </ActionIcon>
        <div className={classes.scroll}>
          <ValuesContext value={values}>
            <Selected path={path} />
          </ValuesContext>
        </div>
      </aside>
    </FocusTrap>
  );
}

function Selected({ path }: { path: string }) {
  if (path === START) return <StartPanel />;
  if (path === RESULT) return <ResultPanel />;
  return path.startsWith(GROUP) ? <GroupPanel path={path} /> : <NodePanel path={path} />;
}

/** Focuses the field that a finding names, or the nearest one around it. */
function focusField(panel: HTMLElement | null, field: string): void {
  const parts = field.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join(".");
    const found = panel?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`);
    if (!found) continue;
    found.scrollIntoView({ block: "center" });
    found.querySelector<HTMLElement>("input, textarea, button, select")?.focus();
    return;
  }
}
