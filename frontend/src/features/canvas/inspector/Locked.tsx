import { Alert, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { WorkflowNode } from "@/graph";
import { KindIcon } from "@/kit/KindIcon";
import { Exempting } from "../exemptions/Exempting";
import { Tried } from "../try/Tried";
import classes from "./Inspector.module.css";

/** A step that governance requires: whose rule, why, and whom to ask. It can be read, and nothing else. */
export function Locked({ path, node, name }: { path: string; node: WorkflowNode; name: string }) {
  const { t } = useTranslation();
  const owner = node.woven?.owner ?? "";
  return (
    <Stack gap="md" className={classes.body}>
      <Group gap="sm" wrap="nowrap" className={classes.head}>
        <KindIcon kind="policy" isLocked />
        <h2 className={classes.heading}>{name}</h2>
      </Group>
      <Text>
        {t("node.requiredBy", { template: node.woven?.template ?? "" })}.{" "}
        <Text span c="dimmed">
          {t("node.because", { because: node.woven?.because ?? "" })}
        </Text>
      </Text>
      <Text size="sm" c="dimmed">
        {t("node.owner", { owner })} · {t("node.rule", { rule: node.woven?.rule ?? "" })}
      </Text>
      <Alert color="gray" title={t("node.locked")}>
        {t("node.exemption", { owner })}
      </Alert>
      <Exempting template={node.woven?.template ?? ""} rule={node.woven?.rule ?? ""} owner={owner} />
      <Tried path={path} isLocked />
    </Stack>
  );
}
