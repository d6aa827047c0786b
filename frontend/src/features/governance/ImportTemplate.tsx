import { Alert, Button, FileInput, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { isProblem, wordsFor } from "@/kit/problem";
import { useStale } from "@/kit/stale";
import { pathsNamed } from "./files";

type Finding = { sentence: string; way_out?: string };

/** Takes in a governance file, with the workflow files of its examples. It becomes a draft, which binds nobody. */
export function ImportTemplate({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = useStale("/api/governance");
  const [content, setContent] = useState("");
  const [filename, setFilename] = useState("governance.yaml");
  const [files, setFiles] = useState<Record<string, string>>({});
  const take = query.useMutation("post", "/api/governance", {
    onSuccess: async ({ template }) => {
      await stale();
      announce(t("governance.imported", { name: template.name }));
      await navigate({ to: "/governance/$id", params: { id: template.id }, search: { version: template.number } });
    },
  });
  const choose = async (chosen: File[]): Promise<void> => {
    const read = await Promise.all(chosen.map(async (file) => ({ name: file.name, text: await file.text() })));
    const main = read.find(({ text }) => /^handrail-governance\s*:/m.test(text)) ?? read[0];
    if (!main) return;
    take.reset();
    setContent(main.text);
    setFilename(main.name);
    setFiles(
      pathsNamed(
        main.text,
        read.filter((each) => each !== main),
      ),
    );
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    take.mutate({ body: { content, filename, files } });
  };
  return (
    <Modal opened onClose={onClose} title={t("governance.import")} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <Refusal error={take.error} />
          <FileInput
            multiple
            accept=".yaml,.yml,.json"
            label={t("governance.file")}
            description={t("governance.file.how")}
            placeholder={t("governance.file.choose")}
            onChange={choose}
            data-autofocus
          />
          <Textarea
            label={t("governance.text")}
            value={content}
            onChange={(event) => setContent(event.currentTarget.value)}
            autosize
            minRows={8}
            maxRows={18}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: "0.8125rem" } }}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("kit.cancel")}
            </Button>
            <Button type="submit" loading={take.isPending} disabled={!content.trim()}>
              {t("governance.import.do")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Why it was not taken in: the sentence names the line, and every finding stands below. */
export function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!error) return null;
  const words = wordsFor(error, t);
  const findings =
    isProblem(error) && Array.isArray(error.params?.findings) ? (error.params.findings as Finding[]) : [];
  return (
    <Alert color="red" role="alert" title={words.sentence}>
      {words.wayOut}
      {findings.length > 1 && (
        <ul>
          {findings.map(({ sentence, way_out }) => (
            <li key={sentence}>
              {sentence} {way_out}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}
