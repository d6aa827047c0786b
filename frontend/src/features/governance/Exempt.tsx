import { useTranslation } from "react-i18next";
import classes from "./governance.module.css";

type Said = { rule: string; workflow: string; because: string; approver: string; until: string };

/** Which workflows a version does not bind by one of its rules, why, who said so, and until when. */
export function Exempt({ exemptions }: { exemptions: Said[] }) {
  const { t, i18n } = useTranslation();
  const day = (text: string): string =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: "long" }).format(new Date(text));
  return (
    <ul className={classes.rules}>
      {exemptions.map((each) => (
        <li key={`${each.rule} ${each.workflow}`} className={classes.rule}>
          <p className={classes.sentence}>
            {t("governance.exempt", { workflow: each.workflow, rule: each.rule, until: day(each.until) })}
          </p>
          <p className={classes.aside}>
            {t("governance.because", { because: each.because })} {t("governance.exempt.by", { who: each.approver })}
          </p>
        </li>
      ))}
    </ul>
  );
}
