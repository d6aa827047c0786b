import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { useStale } from "@/kit/stale";

/** Asks before a delivery is sent in again, since what its run does is done again, and goes on to that run. */
export function Replay({ delivery, onClose }: { delivery: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = useStale("/api/triggers", "/api/runs");
  const replay = query.useMutation("post", "/api/deliveries/{delivery}/replay", {
    onSuccess: async ({ run }) => {
      await stale();
      announce(t("deliveries.replayed"));
      await navigate({ to: "/runs/$id", params: { id: run } });
    },
  });
  return (
    <Confirm
      isGentle
      title={t("deliveries.replay.what")}
      act={t("deliveries.replay")}
      isBusy={replay.isPending}
      error={replay.error}
      onConfirm={() => replay.mutate({ params: { path: { delivery } } })}
      onClose={onClose}
    >
      {t("deliveries.replay.why")}
    </Confirm>
  );
}
