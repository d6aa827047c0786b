import { useTranslation } from "react-i18next";
import { ButtonLink } from "@/kit/ButtonLink";
import { Failure } from "@/kit/states";
import classes from "./triggers.module.css";

type Props = { workflow: string; error: unknown; onRetry: () => void };

/** A trigger that cannot be shown, deleted perhaps; the way back stands below. */
export function NoTrigger({ workflow, error, onRetry }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Failure isPage error={error} onRetry={onRetry} />
      <div className={classes.back}>
        <ButtonLink to="/workflows/$id/triggers" params={{ id: workflow }} variant="default">
          {t("deliveries.back")}
        </ButtonLink>
      </div>
    </>
  );
}
