import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CircleHelp, Clock, Radio, UserCheck } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail, RunWait } from "@/api/client";
import { lasting, onTheClock } from "@/kit/dates";
import { Moment } from "@/kit/Moment";
import { sayWhy } from "@/kit/whys";
import classes from "./Story.module.css";
import { useNow } from "./useNow";
import { useTitles } from "./useTitles";

const Clarify = lazy(() => import("./Clarify").then((file) => ({ default: file.Clarify })));

const SIGNS = { ask: UserCheck, uncertain: CircleHelp, timer: Clock, signal: Radio } as const;
const SHOWN = 5;

/** What the run waits for, and the way to whatever lets it go on. */
export function Waits({ run, onOpen }: { run: RunDetail; onOpen: (step: string) => void }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const [clarifying, setClarifying] = useState<string | null>(null);
  if (run.waits.length === 0) return null;
  const shown = isWhole ? run.waits : run.waits.slice(0, SHOWN);
  return (
    <>
      <ul className={classes.waits} aria-label={t("run.waits")}>
        {shown.map((wait) => (
          <Wait key={`${wait.step} ${wait.kind}`} run={run} wait={wait} onOpen={onOpen} onClarify={setClarifying} />
        ))}
      </ul>
      {shown.length < run.waits.length && (
        <Button size="compact-sm" variant="subtle" mt={6} onClick={() => setWhole(true)}>
          {t("run.waits.all", { count: run.waits.length })}
        </Button>
      )}
      <Suspense>
        {clarifying !== null && <Clarify run={run} step={clarifying} onClose={() => setClarifying(null)} />}
      </Suspense>
    </>
  );
}

/** For how long; the exact moment on hover. */
function Since({ at }: { at: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow(true);
  return (
    <time dateTime={at} title={onTheClock(at, i18n.language)}>
      {t("run.wait.since", { time: lasting(Math.max(1000, now - Date.parse(at)), i18n.language) })}
    </time>
  );
}

function Wait({
  run,
  wait,
  onOpen,
  onClarify,
}: {
  run: RunDetail;
  wait: RunWait;
  onOpen: (step: string) => void;
  onClarify: (step: string) => void;
}) {
  const { t } = useTranslation();
  const titleOf = useTitles();
  const Sign = SIGNS[wait.kind];
  const number = [...wait.step.matchAll(/\[(\d+)\]/g)].map((found) => Number(found[1]) + 1).join(".");
  const step = run.steps.find((each) => each.path === wait.step);
  return (
    <li className={classes.wait}>
      <Sign aria-hidden size={17} />
      <span className={classes.words}>
        <strong>{step ? titleOf(step) : wait.step}</strong>
        {number && ` (${t("run.item", { number })})`}:{" "}
        {wait.sentence ? sayWhy(wait.sentence, t) : t(`run.wait.${wait.kind}`)}{" "}
        <span className={classes.quiet}>
          <Since at={wait.since} />
          {wait.until && (
            <>
              {", "}
              {t("run.wait.until")} <Moment at={wait.until} />
            </>
          )}
        </span>
      </span>
      <span className={classes.acts}>
        {wait.review && (
          <Button component={Link} to={`/reviews/${wait.review}`} size="xs">
            {t("run.toReview")}
          </Button>
        )}
        {wait.kind === "uncertain" && run.may.clarify && (
          <Button size="xs" onClick={() => onClarify(wait.step)}>
            {t("run.clarify")}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => onOpen(wait.step)}>
          {t("run.toStep")}
        </Button>
      </span>
    </li>
  );
}
