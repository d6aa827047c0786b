import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { ButtonLink } from "@/kit/ButtonLink";
import { Page } from "@/kit/Page";
import { Empty, Failure, Loading } from "@/kit/states";
import { RequestItem } from "./RequestList";
import classes from "./versions.module.css";

/** Everything that waits for an owner's word to go live. */
export function Requests() {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/publish-requests", {});
  return (
    <Page title={t("requests.title")} lead={t("requests.lead")}>
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data?.length === 0 && (
        <Empty
          title={t("requests.none")}
          action={
            <ButtonLink to="/workflows" variant="default">
              {t("workflows.title")}
            </ButtonLink>
          }
        >
          {t("requests.none.why")}
        </Empty>
      )}
      {asked.data && asked.data.length > 0 && (
        <ul className={classes.rows}>
          {asked.data.map((request) => (
            <RequestItem key={request.id} request={request} isNamed />
          ))}
        </ul>
      )}
    </Page>
  );
}
