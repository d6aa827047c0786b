import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "./ProblemAlert";

/** Asks before something that is hard to take back. The button says what it does; the safe way out has the focus. */
export function Confirm({
  title,
  children,
  act,
  isBusy,
  error,
  isGentle = false,
  onConfirm,
  onClose,
}: {
  title: string;
  children: ReactNode;
  act: string;
  isBusy: boolean;
  error: unknown;
  /** Nothing is lost by it. */
  isGentle?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={title} size="sm">
      <Stack>
        <Text component="div">{children}</Text>
        <ProblemAlert error={error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("kit.cancel")}
          </Button>
          <Button color={isGentle ? undefined : "red"} loading={isBusy} onClick={onConfirm}>
            {act}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
