import { Button, NativeSelect, Text } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { CircleCheck, CircleSlash, CopyCheck, Ear, Inbox, OctagonX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DeliveryRow, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { ButtonLink } from "@/kit/ButtonLink";
import { Moment } from "@/kit/Moment";
import { Card, Page } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { DeliveryDialog } from "./DeliveryDialog";
import classes from "./webhook.module.css";

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
  const stale = useStale("/api/triggers", "/api/runs");
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
  const replay = query.useMutation("post", "/api/deliveries/{delivery}/replay", {
    onSuccess: async ({ run }) => {
      await stale();
      announce(t("deliveries.replayed"));
      await navigate({ to: "/runs/$id", params: { id: run } });
    },
  });
  if (hook.error) return <Failure isPage error={hook.error} onRetry={() => hook.refetch()} />;
  if (!hook.data) return <Loading lines={6} />;
  const rows = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const mayStart = may(session, "run.start", workflow.data?.team.id);
  return (
    <Page
      title={t("deliveries.of", { name: hook.data.name })}
      lead={t("deliveries.lead")}
      actions={
        <ButtonLink to="/workflows/$id/triggers" params={{ id }} variant="default">
          {t("deliveries.back")}
        </ButtonLink>
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
      <ProblemAlert error={replay.error} />
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
                  isBusy={replay.isPending && replay.variables.params.path.delivery === row.id}
                  onOpen={() => setOpen(row.id)}
                  onReplay={
                    mayStart && row.kept ? () => replay.mutate({ params: { path: { delivery: row.id } } }) : undefined
                  }
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
      {open && <DeliveryDialog delivery={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

type LineProps = { row: DeliveryRow; isBusy: boolean; onOpen: () => void; onReplay?: () => void };

function Line({ row, isBusy, onOpen, onReplay }: LineProps) {
  const { t } = useTranslation();
  const say = t as unknown as (key: string, options: { defaultValue: string }) => string;
  const Sign = SIGNS[row.state];
  const why = row.reason ? say(`deliveries.reason.${row.reason}`, { defaultValue: row.sentence }) : null;
  return (
    <tr>
      <th scope="row">
        <span className={classes.state}>
          <Sign aria-hidden size={15} strokeWidth={2.2} />
          {t(`deliveries.${row.state}`)}
        </span>
        {why && <span className={classes.why}>{why}</span>}
        {row.reason === "input" && <span className={classes.why}>{row.sentence}</span>}
        {row.replay_of && <span className={classes.why}>{t("deliveries.byHand")}</span>}
        {row.more > 0 && <span className={classes.why}>{t("deliveries.more", { count: row.more })}</span>}
      </th>
      <td>
        <Moment at={row.at} />
      </td>
      <td>
        <Text size="sm" ff="monospace" component="span">
          {row.key || "–"}
        </Text>
      </td>
      <td>
        <div className={classes.acts}>
          {row.run && (
            <TextLink to="/runs/$id" params={{ id: row.run }}>
              {t("deliveries.run")}
            </TextLink>
          )}
          <Button size="compact-sm" variant="default" onClick={onOpen}>
            {t("deliveries.look")}
          </Button>
          {onReplay && (
            <Button size="compact-sm" variant="default" loading={isBusy} onClick={onReplay}>
              {t("deliveries.replay")}
            </Button>
          )}
        </div>
      </td>
    </tr>
  );
}
