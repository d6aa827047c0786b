import { ActionIcon, Tooltip } from "@mantine/core";
import { ShieldCheck, Tag } from "lucide-react";
import { useTranslation } from "react-i18next";
import { announce } from "@/kit/announce";
import { useEditor } from "./editor";

/** Shows or hides what governance adds, locked, in the drawing and in the list. */
export function Governed() {
  const { t } = useTranslation();
  const isGoverned = useEditor((state) => state.isGoverned);
  const govern = useEditor((state) => state.govern);
  const count = useEditor((state) => state.check?.preview?.insertions.length ?? null);
  const name = t(isGoverned ? "governed.hide" : "governed.show");
  const toggle = (): void => {
    govern(!isGoverned);
    if (!isGoverned)
      announce(
        count === null ? t("publish.noPreview") : count === 0 ? t("publish.added.none") : t("publish.added", { count }),
      );
  };
  return (
    <>
      <Labelled />
      <Tooltip label={name}>
        <ActionIcon
          aria-label={t("governed.show")}
          aria-pressed={isGoverned}
          variant={isGoverned ? "light" : "subtle"}
          color={isGoverned ? "accent" : "gray"}
          onClick={toggle}
        >
          <ShieldCheck aria-hidden size={17} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

/** Shows or hides, on the arrows, which labels the data carries: personal, confidential and so on. */
function Labelled() {
  const { t } = useTranslation();
  const isLabelled = useEditor((state) => state.isLabelled);
  const label = useEditor((state) => state.label);
  return (
    <Tooltip label={t("labels.show")}>
      <ActionIcon
        aria-label={t("labels.show")}
        aria-pressed={isLabelled}
        variant={isLabelled ? "light" : "subtle"}
        color={isLabelled ? "accent" : "gray"}
        onClick={() => label(!isLabelled)}
      >
        <Tag aria-hidden size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
