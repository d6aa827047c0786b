import { ActionIcon, Tooltip } from "@mantine/core";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/api/pending";
import classes from "./Pill.module.css";
import { useValues } from "./values";

/** A value from a step, as people read it: the step, the field, and what it was in the last run. */
export function Pill({ path, offer, onRemove }: { path: string; offer?: Offer; onRemove?: () => void }) {
  const { t } = useTranslation();
  const { step, field, kind } = useValues().describe(path);
  const name = field ? `${step}: ${field}` : step;
  return (
    <span className={classes.pill} data-kind={kind} data-off={offer?.word === "no" || undefined}>
      <Tooltip label={offer?.reason ?? path} disabled={!offer?.reason}>
        <span className={classes.words}>
          <span className={classes.step}>{step}</span>
          {field && <span className={classes.field}>{field}</span>}
          {offer?.sample && <span className={classes.sample}>{offer.sample}</span>}
        </span>
      </Tooltip>
      {onRemove && (
        <ActionIcon size={24} aria-label={t("form.takeOut", { what: name })} onClick={onRemove}>
          <X aria-hidden size={13} />
        </ActionIcon>
      )}
    </span>
  );
}
