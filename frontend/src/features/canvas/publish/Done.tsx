import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { CircleCheck, Hourglass } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { WorkflowRow } from "@/api/client";
import type { components } from "@/api/schema";
import { ButtonLink } from "@/kit/ButtonLink";
import { may, useSession } from "@/kit/session";
import classes from "./publish.module.css";

/** What came of it: a version that is live, or a request that waits. */
export function Done({
  published: { version },
  row,
  onClose,
}: {
  published: components["schemas"]["PublishedView"];
  row: WorkflowRow;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const session = useSession();
  const here = { params: { id: row.id } };
  const Sign = version ? CircleCheck : Hourglass;
  return (
    <Stack align="center" gap="sm" py="xl" ta="center">
      <Sign aria-hidden size={36} className={classes.sign} data-live={version !== null || undefined} />
      <Title order={2}>{version ? t("publish.live", { number: version.number }) : t("publish.asked")}</Title>
      <Text c="dimmed" maw="52ch">
        {version ? t("publish.live.why", { stage: t(`stage.${version.stage}`) }) : t("publish.asked.why")}
      </Text>
      <Group gap="xs" mt="sm" justify="center">
        {version && may(session, "run.start", row.team.id) && (
          <ButtonLink to="/workflows/$id/start" {...here}>
            {t("publish.start")}
          </ButtonLink>
        )}
        <ButtonLink to="/workflows/$id/versions" {...here} variant="default">
          {t("publish.versions")}
        </ButtonLink>
        <Button variant="default" onClick={onClose} data-autofocus>
          {t("publish.back")}
        </Button>
      </Group>
    </Stack>
  );
}
