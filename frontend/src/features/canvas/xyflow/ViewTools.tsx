import { ActionIcon } from "@mantine/core";
import { useReactFlow } from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

/** Nearer, farther, everything. */
export function ViewTools() {
  const { t } = useTranslation();
  const flow = useReactFlow();
  const tools = [
    { name: t("canvas.zoomOut"), icon: Minus, act: () => flow.zoomOut({ duration: 120 }) },
    { name: t("canvas.zoomIn"), icon: Plus, act: () => flow.zoomIn({ duration: 120 }) },
    { name: t("canvas.fit"), icon: Maximize, act: () => flow.fitView({ padding: 0.1, maxZoom: 1, duration: 200 }) },
  ];
  return tools.map(({ name, icon: Icon, act }) => (
    <ActionIcon key={name} title={name} aria-label={name} onClick={act}>
      <Icon aria-hidden size={16} />
    </ActionIcon>
  ));
}
