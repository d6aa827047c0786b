import { Badge, Text, Tooltip } from "@mantine/core";
import { Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { WorkflowRow } from "@/api/client";
import { IconLink } from "@/kit/ButtonLink";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { TextLink } from "@/kit/TextLink";
import { WorkflowMenu } from "./WorkflowMenu";
import classes from "./workflows.module.css";

/** One workflow in the list: what it is for, whose, whether it is live, and what can be done with it. */
export function WorkflowItem({ row }: { row: WorkflowRow }) {
  const { t } = useTranslation();
  const session = useSession();
  const [problem, setProblem] = useState<unknown>(null);
  const here = { params: { id: row.id } };
  const mayStart = row.live !== null && !row.archived && may(session, "run.start", row.team.id);
  return (
    <li className={classes.row}>
      <div className={classes.name}>
        <TextLink to="/workflows/$id" {...here} data-row>
          {row.name}
        </TextLink>
        <Text size="sm" c="dimmed" className={classes.cut}>
          {row.purpose || t("workflows.noPurpose")}
        </Text>
        <ProblemAlert error={problem} />
      </div>
      <Text size="sm" c="dimmed" className={classes.cut}>
        {row.team.name}
        {row.owner && ` · ${row.owner.name}`}
      </Text>
      <Live row={row} />
      <Text size="sm" c="dimmed" className={classes.wide}>
        <Moment at={row.changed_at} />
      </Text>
      <div className={classes.acts}>
        {mayStart && (
          <Tooltip label={t("start.do")}>
            <IconLink
              to="/workflows/$id/start"
              {...here}
              size={36}
              aria-label={t("workflows.startThis", { name: row.name })}
            >
              <Play aria-hidden size={16} />
            </IconLink>
          </Tooltip>
        )}
        <WorkflowMenu row={row} onProblem={setProblem} />
      </div>
    </li>
  );
}

function Live({ row }: { row: WorkflowRow }) {
  const { t } = useTranslation();
  if (row.archived) return <Badge color="gray">{t("workflows.inArchive")}</Badge>;
  if (row.live === null) return <Badge color="gray">{t("home.notLive")}</Badge>;
  return <Badge color="green">{t("workflows.live", { stage: t(`stage.${row.stage}`), number: row.live })}</Badge>;
}
