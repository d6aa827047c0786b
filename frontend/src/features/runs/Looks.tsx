import { Button } from "@mantine/core";
import { Eye } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail, RunLook } from "@/api/client";
import { onTheClock } from "@/kit/dates";
import { useStale } from "@/kit/stale";
import classes from "./Story.module.css";

const SHOWN = 3;
const AGAIN = 30_000;

/** That an admin looks inside this run, or did: who, why, and until when. Whoever sees the run sees this. */
export function Looks({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const open = run.looks.filter((each) => each.open);
  const past = run.looks.filter((each) => !each.open);
  useEnd(open);
  const shown = isWhole ? past : past.slice(0, SHOWN);
  return (
    <>
      {open.length > 0 && (
        <ul className={classes.waits} aria-label={t("looks.who")}>
          {open.map((each) => (
            <li key={each.id} className={classes.wait}>
              <Eye aria-hidden size={17} />
              <Said look={each} />
            </li>
          ))}
        </ul>
      )}
      {past.length > 0 && (
        <ul className={classes.past}>
          {shown.map((each) => (
            <li key={each.id}>
              <Said look={each} />
            </li>
          ))}
        </ul>
      )}
      {shown.length < past.length && (
        <Button size="compact-sm" variant="subtle" mt={6} onClick={() => setWhole(true)}>
          {t("looks.all", { count: past.length })}
        </Button>
      )}
    </>
  );
}

function Said({ look }: { look: RunLook }) {
  const { t, i18n } = useTranslation();
  const said = { name: look.by, until: onTheClock(look.until, i18n.language) };
  const which = !look.open ? "looks.past" : look.mine ? "looks.mine" : "looks.open";
  return (
    <span className={classes.words}>
      {t(which, said)} <span className={classes.quiet}>{t("looks.reason", { reason: look.reason })}</span>
    </span>
  );
}

/** Reads everything again when the next look ends, so that nothing stays on the screen that one may read no more. */
function useEnd(open: RunLook[]): void {
  const stale = useStale("/api/runs", "/api/reviews", "/api/files");
  const [tries, setTries] = useState(0);
  const next = Math.min(...open.map((each) => Date.parse(each.until)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the moment, or having read too early, sets it anew
  useEffect(() => {
    if (!Number.isFinite(next)) return;
    // The server's clock decides; where this one is ahead of it, it is asked again.
    const left = Math.max(tries > 0 ? AGAIN : 0, next - Date.now() + 500);
    const timer = setTimeout(() => stale().then(() => setTries((count) => count + 1)), left);
    return () => clearTimeout(timer);
  }, [next, tries]);
}
