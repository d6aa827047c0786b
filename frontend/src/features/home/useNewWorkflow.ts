import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";

/** Makes a blank workflow in a team and opens it. */
export function useNewWorkflow() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const create = query.useMutation("post", "/api/workflows", {
    onSuccess: async (workflow) => {
      await client.invalidateQueries({ queryKey: ["get", "/api/workflows"] });
      await navigate({ to: "/workflows/$id", params: { id: workflow.id } });
    },
  });
  return {
    start: (team: string): void =>
      create.mutate({ body: { team, name: t("home.newWorkflow.name"), begin: "blank", purpose: "" } }),
    isPending: create.isPending,
    error: create.error,
  };
}
