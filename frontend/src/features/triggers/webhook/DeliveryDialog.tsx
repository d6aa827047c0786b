import { Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { Json } from "@/graph";
import { Failure, Loading } from "@/kit/states";
import { Value } from "@/kit/Value";
import classes from "./webhook.module.css";
import { whyNot } from "./why";

/** What arrived, for whoever may see what goes through the workflow. */
export function DeliveryDialog({ delivery, onClose }: { delivery: string; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const asked = query.useQuery("get", "/api/deliveries/{delivery}", { params: { path: { delivery } } });
  return (
    <Modal opened onClose={onClose} title={t("deliveries.arrived")} size="lg">
      {asked.error ? (
        <Failure error={asked.error} onRetry={() => asked.refetch()} />
      ) : !asked.data ? (
        <Loading />
      ) : (
        <Stack>
          {whyNot(asked.data, i18n.language, t).map((each) => (
            <Text key={each}>{each}</Text>
          ))}
          {asked.data.payload ? (
            <>
              <section aria-label={t("deliveries.body")}>
                <Text fw={600}>{t("deliveries.body")}</Text>
                <Value value={asked.data.body as Json} />
              </section>
              <section aria-label={t("deliveries.headers")}>
                <Text fw={600}>{t("deliveries.headers")}</Text>
                <Headers headers={asked.data.headers ?? {}} />
              </section>
            </>
          ) : (
            <Text c="dimmed">
              {t(asked.data.kept ? "deliveries.notYours" : "deliveries.noBody", { size: asked.data.size })}
            </Text>
          )}
        </Stack>
      )}
    </Modal>
  );
}

/** Headers by the names that a condition and an input read them by. */
function Headers({ headers }: { headers: Record<string, string> }) {
  return (
    <dl className={classes.headers}>
      {Object.entries(headers).map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
