import { ActionIcon, FileInput, Input, Progress, Text } from "@mantine/core";
import { FileText, FileUp, X } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { uploadFile } from "@/api/upload";
import { announce } from "@/kit/announce";
import { FileLink, showSize } from "@/kit/files";
import { wordsOf } from "@/kit/problem";
import classes from "./FileField.module.css";
import { useValues } from "./values";

type Props = {
  label: string;
  description?: string;
  accept: string[];
  most: number | null;
  isRequired: boolean;
  ids: string[];
  isSeveral: boolean;
  onChange: (ids: string[]) => void;
};

/** A file, or several: chosen, sent at once while one sees how far it is, and named by the id that the server gave it. */
export function FileField({ label, description, accept, most, isRequired, ids, isSeveral, onChange }: Props) {
  const { t } = useTranslation();
  const { team } = useValues();
  const sending = useSending(team, most, (id) => onChange(isSeveral ? [...ids, id] : [id]));
  const mayChoose = team !== undefined && !sending.name && (isSeveral || ids.length === 0);
  const common = { label, description, required: isRequired, withAsterisk: false, error: sending.problem };
  const held = (ids.length > 0 || sending.name) && (
    <ul className={classes.list}>
      {ids.map((id) => (
        <Held key={id} id={id} onRemove={team ? () => onChange(ids.filter((each) => each !== id)) : null} />
      ))}
      {sending.name && (
        <li className={classes.row}>
          <FileUp aria-hidden size={16} />
          <span className={classes.name}>
            {sending.name}
            <Progress
              value={sending.share * 100}
              size="sm"
              aria-label={t("value.file.sending", { name: sending.name })}
            />
          </span>
          <Remove label={t("value.file.stop", { name: sending.name })} onClick={sending.stop} />
        </li>
      )}
    </ul>
  );
  if (!mayChoose) return <Input.Wrapper {...common}>{held || <Text c="dimmed">{t("value.none")}</Text>}</Input.Wrapper>;
  return (
    <>
      <FileInput
        {...common}
        accept={accept.join(",") || undefined}
        placeholder={t("value.file.choose")}
        leftSection={<FileUp aria-hidden size={16} />}
        value={null}
        onChange={(file: File | null) => file && sending.send(file)}
      />
      {held}
    </>
  );
}

function Held({ id, onRemove }: { id: string; onRemove: (() => void) | null }) {
  const { t } = useTranslation();
  const file = query.useQuery("get", "/api/files/{file}", { params: { path: { file: id } } }, { retry: false });
  const name = file.data?.name ?? id;
  return (
    <li className={classes.row}>
      <FileText aria-hidden size={16} />
      <span className={classes.name}>
        {file.data ? <FileLink file={file.data} /> : file.error ? t("value.file.gone") : t("kit.loading")}
      </span>
      {onRemove && <Remove label={t("value.file.remove", { name })} onClick={onRemove} />}
    </li>
  );
}

const Remove = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <ActionIcon size={28} aria-label={label} onClick={onClick}>
    <X aria-hidden size={16} />
  </ActionIcon>
);

/** One upload at a time: how far it is, and what stood in its way. */
function useSending(team: string | undefined, most: number | null, onDone: (id: string) => void) {
  const { t, i18n } = useTranslation();
  const [name, setName] = useState<string | null>(null);
  const [share, setShare] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const control = useRef<AbortController | null>(null);
  const send = async (file: File): Promise<void> => {
    setProblem(null);
    if (most !== null && file.size > most)
      return setProblem(t("value.file.tooLarge", { name: file.name, most: showSize(most, i18n.language) }));
    control.current = new AbortController();
    setShare(0);
    setName(file.name);
    const sent = await uploadFile(team ?? "", file, setShare, control.current.signal);
    setName(null);
    if (sent === null) return;
    if ("sentence" in sent) return setProblem(wordsOf(sent, t).sentence);
    announce(t("value.file.sent", { name: sent.name }));
    onDone(sent.id);
  };
  return { name, share, problem, send, stop: () => control.current?.abort() };
}
