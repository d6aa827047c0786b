import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { CopyLink } from "@/kit/CopyLink";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";

/** Makes the one-time link by which somebody sets a new password; it is shown this once. */
export function ResetLink({ person, onClose }: { person: { id: string; name: string }; onClose: () => void }) {
  const { t } = useTranslation();
  const make = query.useMutation("post", "/api/people/{person}/reset-link");
  return (
    <Modal opened onClose={onClose} title={t("people.resetLink.title", { name: person.name })}>
      <Stack>
        <ProblemAlert error={make.error} />
        {make.data ? (
          <>
            <CopyLink
              label={t("people.link")}
              description={t("people.resetLink.send", { name: person.name })}
              link={make.data.link}
            />
            <Text size="sm" c="dimmed">
              {t("people.link.ends")} <Moment at={make.data.ends_at} />
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t("kit.close")}
              </Button>
            </Group>
          </>
        ) : (
          <>
            <Text>{t("people.resetLink.why", { name: person.name })}</Text>
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                {t("kit.cancel")}
              </Button>
              <Button
                data-autofocus
                loading={make.isPending}
                onClick={() => make.mutate({ params: { path: { person: person.id } } })}
              >
                {t("people.resetLink.make")}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
