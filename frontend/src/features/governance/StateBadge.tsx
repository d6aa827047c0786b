import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TemplateState } from "@/api/client";

const COLOURS = { draft: "gray", approved: "accent", enforced: "green", retired: "gray" } as const;

/** Where a version is in its life. */
export function StateBadge({ state }: { state: TemplateState }) {
  const { t } = useTranslation();
  return (
    <Badge color={COLOURS[state]} variant={state === "retired" ? "outline" : "light"}>
      {t(`governance.state.${state}`)}
    </Badge>
  );
}
