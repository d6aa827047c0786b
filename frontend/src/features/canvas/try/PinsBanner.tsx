import { Button, Group, Text } from "@mantine/core";
import { Pin } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useEditor } from "../editor";
import classes from "./try.module.css";

/** Says that pins stand, as long as any does: these steps answer with them and do not run. */
export function PinsBanner() {
  const { t } = useTranslation();
  const count = useEditor((state) => Object.keys(state.pins).length);
  const unpinAll = useEditor((state) => state.unpinAll);
  if (count === 0) return null;
  return (
    <Group className={classes.banner} role="status" gap="sm">
      <Pin aria-hidden size={15} />
      <Text size="sm" className={classes.name}>
        {t("pin.banner", { count })}
      </Text>
      <Button size="compact-sm" variant="default" onClick={unpinAll}>
        {t("pin.removeAll")}
      </Button>
    </Group>
  );
}
