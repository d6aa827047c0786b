import { Badge, Button, Container, Group, Text, Title } from "@mantine/core";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { StateWord } from "@/kit/StateWord";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { sayWhy } from "@/kit/whys";
import { AskedToPublish, FirstSteps } from "./FirstSteps";
import classes from "./Home.module.css";
import { useNewWorkflow } from "./useNewWorkflow";

const SHOWN = 6;

/** What waits for me, my teams' workflows, recent runs. */
export function Home() {
  const { t } = useTranslation();
  const session = useSession();
  const create = useNewWorkflow();
  const team = session.teams.find((each) => may(session, "workflow.write", each.id));
  return (
    <Container size="lg" className={classes.page}>
      <Group justify="space-between" mb="xl">
        <Title order={1}>{t("home.title", { name: session.person.name.split(" ", 1)[0] })}</Title>
        {team && (
          <Button
            leftSection={<Plus aria-hidden size={17} />}
            loading={create.isPending}
            onClick={() => create.start(team.id)}
          >
            {t("home.newWorkflow")}
          </Button>
        )}
      </Group>
      {create.error && <Failure error={create.error} />}
      <AskedToPublish />
      <FirstSteps />
      <div className={classes.grid}>
        <Waiting />
        <Workflows />
        <Runs />
      </div>
    </Container>
  );
}

type Asked<Item> = {
  data?: { items: Item[] };
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
};

function Section<Item>({
  title,
  asked,
  none,
  wide = false,
  row,
}: {
  title: string;
  asked: Asked<Item>;
  none: { title: string; why: string };
  wide?: boolean;
  row: (item: Item) => ReactNode;
}) {
  return (
    <section className={wide ? classes.wide : undefined} aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      <div className={classes.card}>
        {asked.isPending && <Loading lines={3} />}
        {asked.error !== null && asked.error !== undefined && (
          <Failure error={asked.error} onRetry={() => asked.refetch()} />
        )}
        {asked.data?.items.length === 0 && <Empty title={none.title}>{none.why}</Empty>}
        {asked.data && asked.data.items.length > 0 && <ul className={classes.list}>{asked.data.items.map(row)}</ul>}
      </div>
    </section>
  );
}

function Waiting() {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/reviews", { params: { query: { whose: "mine", size: SHOWN } } });
  return (
    <Section
      title={t("home.waiting")}
      asked={asked}
      none={{ title: t("home.waiting.none"), why: t("home.waiting.none.why") }}
      row={(review) => (
        <li key={review.id} className={classes.row}>
          <TextLink to="/reviews/$id" params={{ id: review.id }}>
            {review.question}
          </TextLink>
          <Text size="sm" c="dimmed">
            {review.workflow?.name}
            {" · "}
            {t(review.due_at ? "home.due" : "home.asked")} <Moment at={review.due_at ?? review.asked_at} />
          </Text>
        </li>
      )}
    />
  );
}

function Workflows() {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/workflows", { params: { query: { size: SHOWN } } });
  return (
    <Section
      wide
      title={t("home.workflows")}
      asked={asked}
      none={{ title: t("home.workflows.none"), why: t("home.workflows.none.why") }}
      row={(workflow) => (
        <li key={workflow.id} className={classes.row}>
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <TextLink to="/workflows/$id" params={{ id: workflow.id }}>
              {workflow.name}
            </TextLink>
            <Badge color={workflow.live === null ? "gray" : "green"} className={classes.stage}>
              {workflow.live === null ? t("home.notLive") : t(`stage.${workflow.stage}`)}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed" lineClamp={1}>
            {workflow.team.name} · {t("home.changed")} <Moment at={workflow.changed_at} />
          </Text>
        </li>
      )}
    />
  );
}

function Runs() {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/runs", { params: { query: { size: SHOWN } } });
  return (
    <Section
      title={t("home.runs")}
      asked={asked}
      none={{ title: t("home.runs.none"), why: t("home.runs.none.why") }}
      row={(run) => (
        <li key={run.id} className={classes.row}>
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <TextLink to="/runs/$id" params={{ id: run.id }}>
              {run.name}
            </TextLink>
            <StateWord state={run.uncertain ? "uncertain" : run.state} />
          </Group>
          <Text size="sm" c="dimmed" lineClamp={1}>
            <Moment at={run.started_at} />
            {run.why && ` · ${sayWhy(run.why, t)}`}
          </Text>
        </li>
      )}
    />
  );
}
