import { Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { may, useSession } from "@/kit/session";
import { TextLink } from "@/kit/TextLink";
import classes from "./Home.module.css";

/** What a new installation still lacks, for whoever looks after it; gone when nothing does. */
export function FirstSteps() {
  const { t } = useTranslation();
  const session = useSession();
  const isAdmin = may(session, "organisation.write");
  const options = { enabled: isAdmin };
  const teams = query.useQuery("get", "/api/teams", {}, options);
  const templates = query.useQuery("get", "/api/governance", {}, options);
  if (!isAdmin || !teams.data || !templates.data) return null;
  const steps = [
    { to: "/settings", step: "password", isDone: session.person.has_password || session.person.company !== null },
    { to: "/team", step: "team", isDone: teams.data.length > 0 },
    { to: "/people", step: "invite", isDone: teams.data.some(({ members }) => members > 1) },
    { to: "/governance", step: "rules", isDone: templates.data.length > 0 },
  ] as const;
  const open = steps.filter(({ isDone }) => !isDone);
  if (open.length === 0) return null;
  return (
    <section className={classes.steps} aria-label={t("home.steps")}>
      <Title order={2} mb="xs">
        {t("home.steps")}
      </Title>
      <ol className={`${classes.card} ${classes.list}`}>
        {open.map(({ to, step }) => (
          <li key={to} className={classes.row}>
            <TextLink to={to}>{t(`home.step.${step}`)}</TextLink>
            <Text size="sm" c="dimmed">
              {t(`home.step.${step}.why`)}
            </Text>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Versions that wait for an owner's word. */
export function AskedToPublish() {
  const { t } = useTranslation();
  const session = useSession();
  const isOwner = may(session, "publish.do");
  const asked = query.useQuery("get", "/api/publish-requests", {}, { enabled: isOwner });
  const count = asked.data?.length ?? 0;
  if (count === 0) return null;
  return (
    <Text mb="lg">
      <TextLink to="/publish-requests">{t("home.asked", { count })}</TextLink>
    </Text>
  );
}
