import { ActionIcon, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import {
  Archive,
  ArchiveRestore,
  CalendarClock,
  Copy,
  Download,
  Ellipsis,
  History,
  Play,
  Settings,
} from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type WorkflowRow } from "@/api/client";
import { announce } from "@/kit/announce";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { download } from "./download";

const Fork = lazy(() => import("./Fork").then((file) => ({ default: file.Fork })));
const WorkflowSettings = lazy(() => import("./WorkflowSettings").then((file) => ({ default: file.WorkflowSettings })));

type Props = {
  row: WorkflowRow;
  onProblem: (problem: unknown) => void;
  /** Where it is loaded because somebody opened it. */
  isOpened?: boolean;
};

/** All that can be done with a workflow besides editing it. */
export function WorkflowMenu({ row, onProblem, isOpened = false }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const [doing, setDoing] = useState<"fork" | "settings" | null>(null);
  const refresh = useStale("/api/workflows");
  const archive = query.useMutation("patch", "/api/workflows/{workflow}", {
    onError: onProblem,
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
    <>
      <Menu position="bottom-end" width={220} defaultOpened={isOpened}>
        <Menu.Target>
          <ActionIcon size={36} aria-label={t("list.more", { what: row.name })}>
            <Ellipsis aria-hidden size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {mayStart && (
            <Menu.Item
              leftSection={<Play aria-hidden size={15} />}
              onClick={() => navigate({ to: "/workflows/$id/start", ...here })}
            >
              {t("start.do")}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<History aria-hidden size={15} />}
            onClick={() => navigate({ to: "/workflows/$id/versions", ...here })}
          >
            {t("versions.title")}
          </Menu.Item>
          <Menu.Item
            leftSection={<CalendarClock aria-hidden size={15} />}
            onClick={() => navigate({ to: "/workflows/$id/triggers", ...here })}
          >
            {t("triggers.title")}
          </Menu.Item>
          {mayWrite && (
            <Menu.Item leftSection={<Copy aria-hidden size={15} />} onClick={() => setDoing("fork")}>
              {t("fork.title")}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<Download aria-hidden size={15} />}
            onClick={async () => onProblem(await download(row.id))}
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
      <Suspense>
        {doing === "fork" && <Fork row={row} onClose={() => setDoing(null)} />}
        {doing === "settings" && <WorkflowSettings row={row} onClose={() => setDoing(null)} />}
      </Suspense>
    </>
  );
}
