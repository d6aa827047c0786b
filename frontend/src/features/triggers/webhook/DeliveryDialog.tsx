import { Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { Json } from "@/graph";
import { Failure, Loading } from "@/kit/states";
import { Value } from "@/kit/Value";

/** What arrived, for whoever may see what goes through the workflow. */
export function DeliveryDialog({ delivery, onClose }: { delivery: string; onClose: () => void }) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/deliveries/{delivery}", { params: { path: { delivery } } });
  return (
    <Modal opened onClose={onClose} title={t("deliveries.arrived")} size="lg">
      {asked.error ? (
        <Failure error={asked.error} onRetry={() => asked.refetch()} />
      ) : !asked.data ? (
        <Loading />
      ) : (
        <Stack>
          {asked.data.sentence && <Text>{asked.data.sentence}</Text>}
          {asked.data.payload ? (
            <>
              <section aria-label={t("deliveries.body")}>
                <Text fw={600}>{t("deliveries.body")}</Text>
                <Value value={asked.data.body as Json} />
              </section>
              <section aria-label={t("deliveries.headers")}>
                <Text fw={600}>{t("deliveries.headers")}</Text>
                <Value value={(asked.data.headers ?? {}) as Json} />
              </section>
            </>
          ) : (
            <Text c="dimmed">{t("deliveries.noBody", { size: asked.data.size })}</Text>
          )}
        </Stack>
      )}
    </Modal>
  );
}
