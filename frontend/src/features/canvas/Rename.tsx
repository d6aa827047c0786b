import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type WorkflowRow } from "@/api/client";
import { announce } from "@/kit/announce";
import { wordsFor } from "@/kit/problem";
import { useStale } from "@/kit/stale";

/**
 * The new name of a workflow.
 *
 * @param onShow what to show until the server has said what it is called now.
 */
export function Rename({
  row,
  onShow,
  onClose,
}: {
  row: WorkflowRow;
  onShow: (name: string | null) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const refresh = useStale("/api/workflows");
  const [name, setName] = useState(row.name);
  const rename = query.useMutation("patch", "/api/workflows/{workflow}");
  const keep = async (): Promise<void> => {
    const next = name.trim();
    onClose();
    if (!next || next === row.name) return;
    onShow(next);
    try {
      await rename.mutateAsync({ params: { path: { workflow: row.id } }, body: { name: next } });
      await refresh();
      announce(t("editor.renamed"));
    } catch (error) {
      announce(wordsFor(error, t).sentence);
    }
    onShow(null);
  };
  return (
    <TextInput
      size="xs"
      aria-label={t("inspector.title")}
      maxLength={200}
      value={name}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") onClose();
      }}
    />
  );
}
