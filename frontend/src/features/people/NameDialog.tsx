import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/kit/ProblemAlert";

/** Asks for a name. */
export function NameDialog({
  title,
  label,
  description,
  name = "",
  act,
  isBusy,
  error,
  onName,
  onClose,
}: {
  title: string;
  label: string;
  description?: string;
  name?: string;
  act: string;
  isBusy: boolean;
  error: unknown;
  onName: (name: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [value, setValue] = useState(name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onName(value.trim());
  };
  return (
    <Modal opened onClose={onClose} title={title} size="sm">
      <form onSubmit={submit}>
        <Stack>
          <ProblemAlert error={error} />
          <TextInput
            label={label}
            description={description}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
            maxLength={200}
            required
            withAsterisk={false}
            data-autofocus
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={isBusy} disabled={!value.trim()}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
