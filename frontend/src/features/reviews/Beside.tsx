import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ReviewDetail, RunState } from "@/api/client";
import type { Json, Kind } from "@/graph";
import { KindIcon } from "@/kit/KindIcon";
import { Moment } from "@/kit/Moment";
import { TextLink } from "@/kit/TextLink";
import { verdictInWords } from "@/kit/verdict";
import { sayWhy } from "@/kit/whys";
import { Changes } from "./Changes";
import classes from "./Judging.module.css";
import { decisionInWords } from "./words";

/** What helps to judge: why this is here, what was said before, how the last one like it ended. */
export function Beside({ review }: { review: ReviewDetail }) {
  const { t } = useTranslation();
  const similar = review.last_similar;
  return (
    <aside className={classes.aside} aria-label={t("reviews.beside")}>
      <section>
        <h2 className={classes.label}>{t("reviews.why")}</h2>
        <p>{sayWhy(review.why_here, t)}</p>
        {review.needed > 1 && (
          <p className={classes.quiet}>
            {t("reviews.needed", { count: review.needed, given: review.decisions.length })}
          </p>
        )}
      </section>
      {review.decisions.length > 0 && (
        <section>
          <h2 className={classes.label}>{t("reviews.decisions")}</h2>
          {review.decisions.map((each) => (
            <div key={`${each.by.id} ${each.at}`}>
              <p>
                <strong>{each.by.name}</strong>: {decisionInWords(each.decision, t)}, <Moment at={each.at} />
              </p>
              {each.reason && <p className={classes.quiet}>{each.reason}</p>}
              {each.changes && each.changes.length > 0 && (
                <Changes
                  changes={each.changes.map(({ path, was, now }) => ({
                    path: path === "" ? [] : path.split("."),
                    before: was as Json,
                    after: now as Json,
                  }))}
                />
              )}
            </div>
          ))}
        </section>
      )}
      {review.said.length > 0 && (
        <section>
          <h2 className={classes.label}>{t("reviews.before")}</h2>
          <ol className={classes.said}>
            {review.said.map((step) => (
              <li key={step.step}>
                <KindIcon kind={step.type.split(".", 1)[0] as Kind} />
                <div>
                  <strong>{step.title}</strong>
                  {step.verdict && <Verdict word={step.verdict.word} />}
                  <p className={classes.quiet}>{sayWhy(step.sentence, t)}</p>
                </div>
              </li>
            ))}
          </ol>
        </section>
      )}
      <section>
        <h2 className={classes.label}>{t("reviews.similar")}</h2>
        {similar ? (
          <>
            <p>
              <strong>{similar.by.name}</strong>: {decisionInWords(similar.decision, t)}, <Moment at={similar.at} />
            </p>
            {similar.reason && <p className={classes.quiet}>{similar.reason}</p>}
            <p className={classes.quiet}>
              {similar.run_state && `${t("reviews.similar.run")} ${t(`run.${similar.run_state as RunState}`)}. `}
              <TextLink to="/reviews/$id" params={{ id: similar.review }}>
                {t("reviews.similar.open")}
              </TextLink>
            </p>
          </>
        ) : (
          <p className={classes.quiet}>{t("reviews.similar.none")}</p>
        )}
      </section>
    </aside>
  );
}

function Verdict({ word }: { word: "allow" | "redact" | "review" | "block" }) {
  const { t } = useTranslation();
  const Icon = word === "block" || word === "review" ? ShieldAlert : ShieldCheck;
  return (
    <span className={classes.word} data-word={word}>
      <Icon aria-hidden size={14} /> {verdictInWords(word, t)}
    </span>
  );
}
