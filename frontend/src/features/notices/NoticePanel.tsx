import { Button, Text, UnstyledButton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Notice, query } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { Empty, Failure, Loading } from "@/kit/states";
import classes from "./NoticeBell.module.css";

/** What happened that concerns me, the newest first. A notice links; it never decides. */
export function NoticePanel({ onLeave }: { onLeave: () => void }) {
  const notices = query.useQuery("get", "/api/notices", {});
  if (notices.error && !notices.data) return <Failure error={notices.error} onRetry={() => notices.refetch()} />;
  if (!notices.data) return <Loading />;
  return <NoticeList items={notices.data.items} unread={notices.data.unread} onLeave={onLeave} />;
}

function NoticeList({ items, unread, onLeave }: { items: Notice[]; unread: number; onLeave: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const read = query.useMutation("post", "/api/notices", {
    onSuccess: () => client.invalidateQueries({ queryKey: ["get", "/api/notices"] }),
  });
  if (items.length === 0) return <Empty title={t("notices.none")}>{t("notices.none.why")}</Empty>;
  const follow = (notice: Notice): void => {
    if (!notice.read) read.mutate({ body: { read: [notice.id] } });
    onLeave();
    navigate({ href: notice.link });
  };
  return (
    <>
      <div className={classes.head}>
        <Text fw={600} size="sm">
          {t("notices.title")}
        </Text>
        {unread > 0 && (
          <Button size="compact-sm" variant="subtle" onClick={() => read.mutate({ body: { read: "all" } })}>
            {t("notices.readAll")}
          </Button>
        )}
      </div>
      <ul className={classes.list}>
        {items.map((notice) => (
          <li key={notice.id}>
            <UnstyledButton
              className={classes.notice}
              data-unread={!notice.read || undefined}
              onClick={() => follow(notice)}
            >
              <Sentence notice={notice} />
              <Text size="xs" c="dimmed">
                {!notice.read && `${t("notices.new")} · `}
                <Moment at={notice.at} />
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The notice in the person's language where the catalogue knows its kind, else as the server says it. */
function Sentence({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const say = t as unknown as (key: string, options: Record<string, unknown>) => string;
  return <span>{say(`notice.${notice.kind}`, { defaultValue: notice.sentence, count: 1, ...notice.params })}</span>;
}
