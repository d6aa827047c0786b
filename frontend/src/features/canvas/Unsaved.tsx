import { Alert, Button, Group, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/kit/problem";
import type { Autosave } from "./useAutosave";
import classes from "./Workbench.module.css";

/** The draft could not be saved; where somebody else was faster: what they changed, and the choice. */
export function Unsaved({ saving }: { saving: Autosave }) {
  const { t } = useTranslation();
  const words = wordsFor(saving.problem, t);
  const isTheirs = saving.problem?.code === "draft_changed";
  const said = saving.problem?.params?.changes;
  const changes = Array.isArray(said)
    ? said.map((change: { sentence?: unknown }) => String(change.sentence ?? ""))
    : [];
  return (
    <Alert color="red" radius={0} role="alert" title={words.sentence} className={classes.alert}>
      <Text size="sm">{words.wayOut}</Text>
      {changes.length > 0 && (
        <List size="sm" my={6}>
          {changes.slice(0, 8).map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      )}
      <Group gap="xs" mt={8}>
        {isTheirs ? (
          <>
            <Button size="xs" onClick={saving.keepMine}>
              {t("editor.keepMine")}
            </Button>
            <Button size="xs" variant="default" onClick={saving.takeTheirs}>
              {t("editor.takeTheirs")}
            </Button>
          </>
        ) : (
          <Button size="xs" variant="default" onClick={saving.retry}>
            {t("kit.retry")}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
