import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import classes from "./governance.module.css";
import { type Rule, sayInsert, sayRule } from "./sentences";

/** Every rule in plain words, with its reason. */
export function Rules({ rules }: { rules: Rule[] }) {
  const { t } = useTranslation();
  return (
    <ol className={classes.rules}>
      {rules.map((rule) => {
        const insert = sayInsert(rule, t);
        return (
          <li key={rule.id} className={classes.rule}>
            <p className={classes.sentence}>
              <Sentence text={sayRule(rule, t)} />
            </p>
            {insert && <p className={classes.aside}>{insert}</p>}
            {rule.because && <p className={classes.aside}>{t("governance.because", { because: rule.because })}</p>}
            <code className={classes.id}>{rule.id}</code>
          </li>
        );
      })}
    </ol>
  );
}

/** What stands in brackets is what the rule selects: it is set off. */
function Sentence({ text }: { text: string }) {
  return text.split(/(\[[^\]]*\])/).map((part, at) =>
    part.startsWith("[") ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a part of a sentence is its place
      <mark key={at} className={classes.what}>
        {part.slice(1, -1)}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <Fragment key={at}>{part}</Fragment>
    ),
  );
}
