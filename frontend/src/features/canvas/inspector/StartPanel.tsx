import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FieldsField } from "@/forms/FieldsField";
import { setInputs } from "@/graph";
import { useEditor } from "../editor";
import classes from "./Inspector.module.css";

/** The fields that every run of this workflow starts with: its form, and the types of `input`. */
export function StartPanel() {
  const { t } = useTranslation();
  const inputs = useEditor((state) => state.history.present.inputs);
  const act = useEditor((state) => state.act);
  return (
    <Stack gap="md" className={classes.body}>
      <h2 className={classes.heading}>{t("editor.start")}</h2>
      <Text size="sm" c="dimmed">
        {t("editor.start.why")}
      </Text>
      <FieldsField
        label={t("fields.label")}
        value={inputs}
        onChange={(next) => act("inputs", "", (workflow) => setInputs(workflow, next), "inputs")}
      />
    </Stack>
  );
}
