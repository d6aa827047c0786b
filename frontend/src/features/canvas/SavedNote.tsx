import { Text } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fromNow } from "@/kit/dates";
import type { Saving } from "./useAutosave";
import classes from "./Workbench.module.css";

/** “Saved 2 minutes ago”, “Saving …”, “Not saved yet”. */
export function SavedNote({ saving }: { saving: Saving }) {
  const { t, i18n } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), 20_000, { autoInvoke: true });
  const moment = saving.at === null ? null : new Date(saving.at).toISOString();
  const words =
    saving.state === "saved"
      ? moment
        ? t("editor.savedAt", { when: fromNow(moment, i18n.language, Math.max(now, saving.at ?? 0)) })
        : t("editor.saved")
      : t(saving.state === "saving" ? "editor.saving" : "editor.notSaved");
  return (
    <Text size="xs" c="dimmed" className={classes.saved}>
      {words}
    </Text>
  );
}
