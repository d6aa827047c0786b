import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { CirclePlay, OctagonX, RotateCcw } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type RunDetail } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import classes from "./Story.module.css";

const Confirm = lazy(() => import("@/kit/Confirm").then((file) => ({ default: file.Confirm })));
const Rerun = lazy(() => import("./Rerun").then((file) => ({ default: file.Rerun })));

/** What may be done with the run as a whole: stop it, let it try again, start it with other inputs. */
export function Acts({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const stale = useStale("/api/runs", "/api/reviews");
  const [doing, setDoing] = useState<"cancel" | "rerun" | null>(null);
  const init = { params: { path: { run: run.id } } };
  const close = (): void => setDoing(null);
  const cancel = query.useMutation("post", "/api/runs/{run}/cancel", {
    onSuccess: async () => {
      await stale();
      announce(t("run.cancel.asked"));
      close();
    },
  });
  const release = query.useMutation("post", "/api/runs/{run}/release", { onSuccess: stale });
  return (
    <div>
      <div className={classes.acts}>
        {run.may.release && (
          <Button
            size="sm"
            leftSection={<CirclePlay aria-hidden size={16} />}
            loading={release.isPending}
            onClick={() => release.mutate(init)}
          >
            {t("run.release")}
          </Button>
        )}
        {run.may.rerun && (
          <Button
            size="sm"
            variant="default"
            leftSection={<RotateCcw aria-hidden size={16} />}
            onClick={() => setDoing("rerun")}
          >
            {t("run.rerun")}
          </Button>
        )}
        {run.may.cancel && (
          <Button
            size="sm"
            variant="default"
            leftSection={<OctagonX aria-hidden size={16} />}
            onClick={() => setDoing("cancel")}
          >
            {t("run.cancel")}
          </Button>
        )}
      </div>
      <ProblemAlert error={release.error} />
      <Suspense>
        {doing === "cancel" && (
          <Confirm
            title={t("run.cancel.title")}
            act={t("run.cancel")}
            isBusy={cancel.isPending}
            error={cancel.error}
            onConfirm={() => cancel.mutate(init)}
            onClose={close}
          >
            {t("run.cancel.why")}
          </Confirm>
        )}
        {doing === "rerun" && <Rerun run={run} onClose={close} />}
      </Suspense>
    </div>
  );
}

/** Makes a run that takes over what stood before a step and does the rest anew, and opens it. */
export function useRetry(run: RunDetail) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = useStale("/api/runs");
  const retry = query.useMutation("post", "/api/runs/{run}/retry", {
    onSuccess: async ({ run: made }) => {
      announce(t("run.retried"));
      await navigate({ to: "/runs/$id", params: { id: made } });
      stale();
    },
  });
  return {
    from: (step: string): void => retry.mutate({ params: { path: { run: run.id } }, body: { from_step: step } }),
    isPending: retry.isPending,
    error: retry.error,
  };
}
