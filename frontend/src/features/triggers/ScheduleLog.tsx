import { Button, Modal, Text } from "@mantine/core";
import { CircleCheck, CircleSlash, CircleX, Hourglass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { components } from "@/api/schema";
import { Row, Rows } from "@/kit/Rows";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import type { Trigger } from "./kinds";
import { inZone, readSettings, type Settings } from "./scheduleWords";

type Fire = components["schemas"]["FireView"];

const SIGNS = {
  started: <CircleCheck aria-hidden size={16} color="var(--good)" />,
  skipped: <CircleSlash aria-hidden size={16} />,
  refused: <CircleX aria-hidden size={16} color="var(--bad)" />,
  waiting: <Hourglass aria-hidden size={16} color="var(--warn)" />,
};

/** Every time at which a schedule was due, and what became of it. */
export function ScheduleLog({ trigger, onClose }: { trigger: Trigger; onClose: () => void }) {
  const { t } = useTranslation();
  const asked = query.useInfiniteQuery(
    "get",
    "/api/triggers/{trigger}/fires",
    { params: { path: { trigger: trigger.id } } },
    {
      pageParamName: "cursor",
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next ?? undefined,
    },
  );
  const fires = asked.data?.pages.flatMap((page) => page.items);
  const settings = readSettings(trigger.settings as never);
  return (
    <Modal opened onClose={onClose} size="lg" title={t("triggers.log.of", { name: trigger.name })}>
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {!fires && !asked.error && <Loading />}
      {fires?.length === 0 && <Empty title={t("triggers.log.none")}>{t("triggers.log.none.why")}</Empty>}
      {fires && fires.length > 0 && (
        <Rows label={t("triggers.log")}>
          {fires.map((fire) => (
            <FireRow key={fire.due} fire={fire} settings={settings} />
          ))}
        </Rows>
      )}
      {asked.hasNextPage && (
        <Button variant="default" mt="sm" loading={asked.isFetchingNextPage} onClick={() => asked.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
    </Modal>
  );
}

function FireRow({ fire, settings }: { fire: Fire; settings: Settings }) {
  const { t, i18n } = useTranslation();
  const say = t as unknown as (key: string, options: Record<string, unknown>) => string;
  const until = fire.until && t("triggers.log.until", { at: inZone(fire.until, settings, i18n.language) });
  const why = fire.code && say(`triggers.why.${fire.code}`, { defaultValue: fire.sentence ?? "", count: fire.count });
  return (
    <Row
      sign={SIGNS[fire.outcome]}
      title={
        <span>
          <time dateTime={fire.due}>{inZone(fire.due, settings, i18n.language)}</time> {until}
        </span>
      }
      below={
        <>
          {say(`triggers.outcome.${fire.outcome}`, {})}
          {fire.late && fire.outcome === "started" && ` ${t("triggers.log.late")}`}
          {why && ` ${why}`}
        </>
      }
      acts={
        fire.run && (
          <TextLink to="/runs/$id" params={{ id: fire.run }}>
            <Text span size="sm">
              {t("triggers.log.run")}
            </Text>
          </TextLink>
        )
      }
    />
  );
}
