import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { components } from "@/api/schema";
import { announce } from "@/kit/announce";
import { useStale } from "@/kit/stale";
import type { Trigger } from "./kinds";

type Wish = Omit<components["schemas"]["TriggerIn"], "on">;

/** Everything read of triggers, made old. */
export const useFreshTriggers = (): (() => Promise<void>) =>
  useStale("/api/workflows/{workflow}/triggers", "/api/triggers");

/** Keeps a trigger: makes a new one, off at first, or changes the one that was read. */
export function useSaveTrigger(workflow: string, trigger: Trigger | null, onDone: () => void) {
  const { t } = useTranslation();
  const refresh = useFreshTriggers();
  const after = {
    onSuccess: async (kept: Trigger) => {
      await refresh();
      onDone();
      announce(t("triggers.saved", { name: kept.name }));
    },
  };
  const make = query.useMutation("post", "/api/workflows/{workflow}/triggers", after);
  const change = query.useMutation("patch", "/api/triggers/{trigger}", after);
  return {
    save: (wish: Wish) =>
      trigger === null
        ? make.mutate({ params: { path: { workflow } }, body: { ...wish, on: false } })
        : change.mutate({
            params: { path: { trigger: trigger.id }, header: { "if-match": `"${trigger.revision}"` } },
            body: { name: wish.name, settings: wish.settings, inputs: wish.inputs, pinned: wish.pinned },
          }),
    error: make.error ?? change.error,
    forget: () => {
      make.reset();
      change.reset();
    },
    isBusy: make.isPending || change.isPending,
  };
}
