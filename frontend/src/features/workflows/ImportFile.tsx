import { Alert, Button, FileInput, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { components } from "@/api/schema";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { wordsOf } from "@/kit/problem";
import { useStale } from "@/kit/stale";
import { changeWords } from "./changes";

type Plan = components["schemas"]["ImportView"];
type Chosen = { content: string; filename: string };

/** Takes in a file: first what it would do, then the word to do it. Nothing is stored before. */
export function ImportFile({ team }: { team: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refresh = useStale("/api/workflows");
  const [file, setFile] = useState<File | null>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [name, setName] = useState("");
  const plan = query.useMutation("post", "/api/imports/plan");
  const apply = query.useMutation("post", "/api/imports", {
    onSuccess: async (made) => {
      await refresh();
      await navigate({ to: "/workflows/$id", params: { id: made.id } });
    },
  });
  const look = (wanted: Chosen, called: string): void => {
    apply.reset();
    plan.mutate({ body: { team, ...wanted, name: called.trim() || undefined } });
  };
  const take = async (next: File | null): Promise<void> => {
    setFile(next);
    plan.reset();
    if (!next) return;
    const read = { content: await next.text(), filename: next.name };
    setChosen(read);
    look(read, name);
  };
  const doIt = (choice: "create" | "update"): void => {
    if (chosen && plan.data)
      apply.mutate({ body: { team, ...chosen, name: name.trim() || undefined, plan: plan.data.plan, choice } });
  };
  return (
    <Stack>
      <FileInput
        label={t("import.file")}
        description={t("import.file.why")}
        placeholder={t("import.choose")}
        accept=".yaml,.yml,.json"
        leftSection={<FileUp aria-hidden size={16} />}
        value={file}
        onChange={take}
        clearable
        clearButtonProps={{ "aria-label": t("form.clear", { field: t("import.file") }) }}
      />
      <ProblemAlert error={plan.error} />
      {plan.data && (
        <>
          <Told plan={plan.data} />
          {plan.data.action !== "unusable" && (
            <TextInput
              label={t("import.name")}
              value={name}
              maxLength={200}
              placeholder={plan.data.name}
              onChange={(event) => setName(event.currentTarget.value)}
              onBlur={() => chosen && look(chosen, name)}
            />
          )}
          <ProblemAlert error={apply.error} />
          <Deeds plan={plan.data} isBusy={apply.isPending || plan.isPending} onDo={doIt} />
        </>
      )}
    </Stack>
  );
}

function Deeds({ plan, isBusy, onDo }: { plan: Plan; isBusy: boolean; onDo: (choice: "create" | "update") => void }) {
  const { t } = useTranslation();
  if (plan.action === "unusable") return null;
  const mayUpdate = plan.action === "update" || (plan.action === "conflict" && plan.changes.length > 0);
  return (
    <Group gap="xs">
      {mayUpdate && (
        <Button loading={isBusy} onClick={() => onDo("update")}>
          {t("import.update", { name: plan.name })}
        </Button>
      )}
      <Button variant={mayUpdate ? "default" : "filled"} loading={isBusy} onClick={() => onDo("create")}>
        {t(mayUpdate ? "import.second" : "import.create")}
      </Button>
    </Group>
  );
}

/** What the plan says, in the words of the product. */
function Told({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const lists = [
    {
      title: t("import.changes"),
      items: plan.changes.map((change) => changeWords(change, t, (path) => path.replaceAll("_", " "))),
    },
    { title: t("import.missingTypes"), items: plan.missing_types },
    { title: t("import.missingConnections"), items: plan.missing_connections },
    { title: t("import.missingCredentials"), items: plan.missing_credentials },
    { title: t("import.off"), items: plan.off },
    { title: t("import.leftOut"), items: plan.left_out },
    {
      title: t("findings.title"),
      items: plan.findings.map((finding) => {
        const said = finding as { code: string; sentence: string; way_out: string };
        return `${wordsOf(said, t).sentence} ${wordsOf(said, t).wayOut}`;
      }),
    },
  ].filter(({ items }) => items.length > 0);
  const isBad = plan.action === "unusable" || plan.action === "conflict";
  const say = t as unknown as (key: string, options: Record<string, unknown>) => string;
  return (
    <Alert
      color={isBad ? "orange" : "accent"}
      role="status"
      title={say(`import.plan.${plan.action}`, { defaultValue: plan.sentence, name: plan.name })}
    >
      {lists.length === 0 && <Text size="sm">{t("import.clean")}</Text>}
      {lists.map(({ title, items }) => (
        <div key={title}>
          <Text size="sm" fw={600} mt={6}>
            {title}
          </Text>
          <List size="sm">
            {items.slice(0, 12).map((item) => (
              <List.Item key={item}>{item}</List.Item>
            ))}
          </List>
        </div>
      ))}
    </Alert>
  );
}
