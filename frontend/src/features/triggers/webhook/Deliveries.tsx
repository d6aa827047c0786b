import { Button, NativeSelect, Text } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { CircleCheck, CircleSlash, CopyCheck, Ear, Inbox, OctagonX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DeliveryRow, query } from "@/api/client";
import { ButtonLink } from "@/kit/ButtonLink";
import { Moment } from "@/kit/Moment";
import { Card, Page } from "@/kit/Page";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { NoTrigger } from "../NoTrigger";
import { DeliveryDialog } from "./DeliveryDialog";
import { Replay } from "./Replay";
import classes from "./webhook.module.css";
import { whyNot } from "./why";

const SIGNS = { started: CircleCheck, again: CopyCheck, filtered: CircleSlash, sample: Ear, refused: OctagonX };
const STATES = ["started", "again", "filtered", "sample", "refused"] as const;
type State = (typeof STATES)[number];
const isState = (word: string | undefined): word is State => STATES.some((each) => each === word);

/** Everything that arrived at a webhook, and why something started nothing; the filter stands in the address. */
export function Deliveries() {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const { id, trigger } = useParams({ from: "/inside/workflows/$id/deliveries/$trigger" });
  const { state } = useSearch({ from: "/inside/workflows/$id/deliveries/$trigger" });
  const [open, setOpen] = useState<string | null>(null);
  const [again, setAgain] = useState<string | null>(null);
  const hook = query.useQuery("get", "/api/triggers/{trigger}", { params: { path: { trigger } } });
  const workflow = query.useQuery("get", "/api/workflows/{workflow}", { params: { path: { workflow: id } } });
  const asked = query.useInfiniteQuery(
    "get",
    "/api/triggers/{trigger}/deliveries",
    { params: { path: { trigger }, query: { ...(isState(state) && { state: [state] }), size: 50 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null as string | null,
      getNextPageParam: (last: { next: string | null }) => last.next,
    },
  );
  if (hook.error) return <NoTrigger workflow={id} error={hook.error} onRetry={() => hook.refetch()} />;
  if (!hook.data) return <Loading lines={6} />;
  const rows = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const mayStart = may(session, "run.start", workflow.data?.team.id);
  return (
    <Page
      title={t("deliveries.of", { name: hook.data.name })}
      lead={t("deliveries.lead")}
      actions={
        <>
          {may(session, "trigger.write", workflow.data?.team.id) && (
            <ButtonLink to="/workflows/$id/webhooks/$trigger" params={{ id, trigger }} variant="default">
              {t("deliveries.hook")}
            </ButtonLink>
          )}
          <ButtonLink to="/workflows/$id/triggers" params={{ id }} variant="default">
            {t("deliveries.back")}
          </ButtonLink>
        </>
      }
    >
      <NativeSelect
        aria-label={t("deliveries.state")}
        maw={260}
        mb="sm"
        value={isState(state) ? state : ""}
        data={[
          { value: "", label: t("deliveries.all") },
          ...STATES.map((each) => ({ value: each, label: t(`deliveries.${each}`) })),
        ]}
        onChange={(event) => {
          const next = event.currentTarget.value;
          navigate({ to: ".", search: next ? { state: next } : {}, replace: true });
        }}
      />
      <Card>
        {asked.isPending && <Loading lines={6} />}
        {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
        {asked.data && rows.length === 0 && (
          <Empty
            art={<Inbox aria-hidden size={30} strokeWidth={1.6} />}
            title={t(isState(state) ? "deliveries.nothing" : "deliveries.none")}
          >
            {!isState(state) && t("deliveries.none.why")}
          </Empty>
        )}
        {rows.length > 0 && (
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("deliveries.what")}</th>
                <th scope="col">{t("deliveries.when")}</th>
                <th scope="col">{t("deliveries.key")}</th>
                <th scope="col" aria-label={t("deliveries.acts")} />
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Line
                  key={row.id}
                  row={row}
                  onOpen={() => setOpen(row.id)}
                  onReplay={mayStart && row.kept ? () => setAgain(row.id) : undefined}
                />
              ))}
            </tbody>
          </table>
        )}
      </Card>
      {asked.hasNextPage && (
        <Button variant="default" mt="md" loading={asked.isFetchingNextPage} onClick={() => asked.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
      {again && <Replay delivery={again} onClose={() => setAgain(null)} />}
      {open && <DeliveryDialog delivery={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

type LineProps = { row: DeliveryRow; onOpen: () => void; onReplay?: () => void };

function Line({ row, onOpen, onReplay }: LineProps) {
  const { t, i18n } = useTranslation();
  const Sign = SIGNS[row.state];
  return (
    <tr>
      <th scope="row">
        <span className={classes.state}>
          <Sign aria-hidden size={15} strokeWidth={2.2} />
          {t(`deliveries.${row.state}`)}
        </span>
        {whyNot(row, i18n.language, t).map((each) => (
          <span key={each} className={classes.why}>
            {each}
          </span>
        ))}
        {row.replay_of && <span className={classes.why}>{t("deliveries.byHand")}</span>}
        {row.more > 0 && <span className={classes.why}>{t("deliveries.more", { count: row.more })}</span>}
      </th>
      <td className={classes.when}>
        <Moment at={row.at} />
      </td>
      <td className={classes.key}>
        <Text size="sm" ff="monospace" component="span">
          {row.key || "–"}
        </Text>
      </td>
      <td>
        <div className={classes.acts}>
          {row.run && (
            <TextLink to="/runs/$id" params={{ id: row.run }}>
              <Text span size="sm" fw={550}>
                {t("deliveries.run")}
              </Text>
            </TextLink>
          )}
          <Button size="compact-sm" variant="default" onClick={onOpen}>
            {t("deliveries.look")}
          </Button>
          {onReplay && (
            <Button size="compact-sm" variant="default" onClick={onReplay}>
              {t("deliveries.replay")}
            </Button>
          )}
        </div>
      </td>
    </tr>
  );
}
