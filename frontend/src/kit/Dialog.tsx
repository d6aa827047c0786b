import { Button, Group, Modal, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** A dialog with one act at its end. `told` stands above the fields: why the last try came to nothing. */
export function Dialog(props: {
  title: string;
  act: string;
  isBusy: boolean;
  isReady: boolean;
  /** It is felt by many at once. */
  isGrave?: boolean;
  told: ReactNode;
  onAct: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // In React a dialog's form stands inside whatever opened it.
    event.stopPropagation();
    props.onAct();
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <form onSubmit={submit}>
        <Stack>
          {props.told}
          {props.children}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={props.onClose}>
              {t("kit.cancel")}
            </Button>
            <Button
              type="submit"
              {...(props.isGrave && { color: "red" })}
              loading={props.isBusy}
              disabled={!props.isReady}
            >
              {props.act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
