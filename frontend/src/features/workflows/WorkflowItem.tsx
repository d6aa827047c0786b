import { ActionIcon, Badge, Menu, Text, Tooltip } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Copy, Download, Ellipsis, History, Play, Settings } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type WorkflowRow } from "@/api/client";
import { announce } from "@/kit/announce";
import { IconLink } from "@/kit/ButtonLink";
import { Moment } from "@/kit/Moment";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { TextLink } from "@/kit/TextLink";
import { download } from "./download";
import { Fork } from "./Fork";
import { WorkflowSettings } from "./WorkflowSettings";
import classes from "./workflows.module.css";

/** One workflow in the list: what it is for, whose, whether it is live, and what can be done with it. */
export function WorkflowItem({ row }: { row: WorkflowRow }) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const [doing, setDoing] = useState<"fork" | "settings" | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const refresh = useStale("/api/workflows");
  const archive = query.useMutation("patch", "/api/workflows/{workflow}", {
    onSuccess: async () => {
      await refresh();
      announce(t(row.archived ? "workflows.unarchived" : "workflows.archivedNow", { name: row.name }));
    },
  });
  const here = { params: { id: row.id } };
  const mayWrite = may(session, "workflow.write", row.team.id);
  const mayArchive = may(session, "publish.do", row.team.id);
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
        <ProblemAlert error={problem ?? archive.error} />
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
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <ActionIcon size={36} aria-label={t("list.more", { what: row.name })}>
              <Ellipsis aria-hidden size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<History aria-hidden size={15} />}
              onClick={() => navigate({ to: "/workflows/$id/versions", ...here })}
            >
              {t("versions.title")}
            </Menu.Item>
            {mayWrite && (
              <Menu.Item leftSection={<Copy aria-hidden size={15} />} onClick={() => setDoing("fork")}>
                {t("fork.title")}
              </Menu.Item>
            )}
            <Menu.Item
              leftSection={<Download aria-hidden size={15} />}
              onClick={async () => setProblem(await download(row.id))}
            >
              {t("workflows.export")}
            </Menu.Item>
            {mayWrite && !row.archived && (
              <Menu.Item leftSection={<Settings aria-hidden size={15} />} onClick={() => setDoing("settings")}>
                {t("workflow.settings")}
              </Menu.Item>
            )}
            {mayArchive && (
              <>
                <Menu.Divider />
                <Menu.Item
                  leftSection={
                    row.archived ? <ArchiveRestore aria-hidden size={15} /> : <Archive aria-hidden size={15} />
                  }
                  onClick={() =>
                    archive.mutate({ params: { path: { workflow: row.id } }, body: { archived: !row.archived } })
                  }
                >
                  {t(row.archived ? "workflows.unarchive" : "workflows.archive")}
                </Menu.Item>
              </>
            )}
          </Menu.Dropdown>
        </Menu>
      </div>
      {doing === "fork" && <Fork row={row} onClose={() => setDoing(null)} />}
      {doing === "settings" && <WorkflowSettings row={row} onClose={() => setDoing(null)} />}
    </li>
  );
}

function Live({ row }: { row: WorkflowRow }) {
  const { t } = useTranslation();
  if (row.archived) return <Badge color="gray">{t("workflows.inArchive")}</Badge>;
  if (row.live === null) return <Badge color="gray">{t("home.notLive")}</Badge>;
  return <Badge color="green">{t("workflows.live", { stage: t(`stage.${row.stage}`), number: row.live })}</Badge>;
}
