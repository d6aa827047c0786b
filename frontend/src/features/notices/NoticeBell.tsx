import { ActionIcon, Badge, Button, Indicator, Popover, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Bell } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Notice } from "@/api/client";
import { query } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { Empty, Failure, Loading } from "@/kit/states";
import classes from "./NoticeBell.module.css";

/** What happened that concerns me. A notice links; it never decides. */
export function NoticeBell({ isWide = false }: { isWide?: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const notices = query.useQuery("get", "/api/notices", {});
  const unread = notices.data?.unread ?? 0;
  const name = unread ? t("notices.unread", { count: unread }) : t("notices.title");
  const toggle = (): void => setOpen((was) => !was);
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position={isWide ? "right-end" : "bottom-end"}
      width={360}
      trapFocus
      shadow="md"
    >
      <Popover.Target>
        {isWide ? (
          <UnstyledButton className={classes.wide} onClick={toggle}>
            <Bell aria-hidden size={17} strokeWidth={1.9} />
            <span data-word>{t("notices.title")}</span>
            {unread > 0 && (
              <Badge size="sm" variant="filled" className={classes.count}>
                {unread}
                <VisuallyHidden>{t("notices.new")}</VisuallyHidden>
              </Badge>
            )}
          </UnstyledButton>
        ) : (
          <ActionIcon size={40} onClick={toggle} aria-label={name}>
            <Indicator disabled={unread === 0} size={9} offset={3}>
              <Bell aria-hidden size={20} />
            </Indicator>
          </ActionIcon>
        )}
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t("notices.title")} className={classes.panel}>
        {notices.isPending && <Loading />}
        {notices.error && <Failure error={notices.error} onRetry={() => notices.refetch()} />}
        {notices.data && <NoticeList items={notices.data.items} unread={unread} onLeave={() => setOpen(false)} />}
      </Popover.Dropdown>
    </Popover>
  );
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
