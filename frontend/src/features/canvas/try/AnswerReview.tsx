import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type ReviewDetail } from "@/api/client";
import { JsonField } from "@/forms/JsonField";
import { Field } from "@/forms/SchemaForm";
import { plain } from "@/forms/shape";
import { TYPED, ValuesContext } from "@/forms/values";
import type { Json } from "@/graph";
import { announce } from "@/kit/announce";
import { Files } from "@/kit/files";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useStale } from "@/kit/stale";
import { Failure, Loading } from "@/kit/states";
import { Value } from "@/kit/Value";
import classes from "./try.module.css";

/** A question of a dry run, answered in place by whoever tries. It reaches no desk. */
export function AnswerReview({ review, run }: { review: string; run: string }) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/reviews/{review}", { params: { path: { review } } });
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading lines={3} />;
  return (
    <section className={classes.question} aria-label={t("try.question")}>
      <Files files={asked.data.files}>
        <Answer key={review} asked={asked.data as ReviewDetail} run={run} />
      </Files>
    </section>
  );
}

function Answer({ asked, run }: { asked: ReviewDetail; run: string }) {
  const { t } = useTranslation();
  const refresh = useStale("/api/runs", "/api/reviews");
  const isEdit = asked.choices.includes("edit");
  const [edited, setEdited] = useState<Json | undefined>(asked.proposal ?? undefined);
  const [reason, setReason] = useState("");
  const decide = query.useMutation("post", "/api/reviews/{review}/decide", {
    onSuccess: async () => {
      announce(t("try.answered"));
      await refresh();
    },
  });
  const send = (decision: "approve" | "edit" | "reject"): void =>
    decide.mutate({
      params: { path: { review: asked.id } },
      body: {
        decision,
        payload_hash: asked.payload_hash,
        reason: reason.trim(),
        ...(decision === "edit" && { edit: edited }),
      },
    });
  const schema = asked.proposal_schema && plain(asked.proposal_schema, asked.proposal_schema).schema;
  const isChanged = JSON.stringify(edited) !== JSON.stringify(asked.proposal ?? undefined);
  return (
    <Stack gap="sm" data-run={run}>
      <Text fw={600}>{asked.question || asked.title}</Text>
      <Value value={asked.record} />
      {isEdit && (
        <ValuesContext value={TYPED}>
          {schema && Object.keys(schema).length > 0 ? (
            <Field
              name="proposal"
              schema={{ title: t("try.proposal"), ...schema }}
              root={asked.proposal_schema ?? {}}
              value={edited}
              isRequired={false}
              onChange={setEdited}
              path="proposal"
            />
          ) : (
            <JsonField label={t("try.proposal")} value={edited} onChange={setEdited} />
          )}
        </ValuesContext>
      )}
      <Textarea
        label={t("try.reason")}
        autosize
        minRows={1}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <ProblemAlert error={decide.error} />
      <Group gap="xs">
        {asked.choices.includes("approve") && !(isEdit && isChanged) && (
          <Button size="xs" loading={decide.isPending} onClick={() => send("approve")}>
            {t("try.approve")}
          </Button>
        )}
        {isEdit && isChanged && (
          <Button size="xs" loading={decide.isPending} onClick={() => send("edit")}>
            {t("try.edit")}
          </Button>
        )}
        {asked.choices.includes("reject") && (
          <Button size="xs" variant="default" loading={decide.isPending} onClick={() => send("reject")}>
            {t("try.reject")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
