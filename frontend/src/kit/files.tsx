import { Anchor, Text } from "@mantine/core";
import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";
import type { FileView } from "@/api/client";

const FilesContext = createContext<ReadonlyMap<string, FileView>>(new Map());

/** Lets values inside name the files that stand in them; elsewhere an id is a text like any other. */
export function Files({ files, children }: { files: readonly FileView[]; children: React.ReactNode }) {
  return <FilesContext value={new Map(files.map((each) => [each.id, each]))}>{children}</FilesContext>;
}

export const useFile = (id: string): FileView | undefined => useContext(FilesContext).get(id);

/** How large a file is, in the units that people know. */
export function showSize(bytes: number, language: string): string {
  const [unit, size] =
    bytes < 1_000 ? ["byte", 1] : bytes < 1_000_000 ? ["kilobyte", 1_000] : (["megabyte", 1_000_000] as const);
  const digits = { maximumFractionDigits: size === 1 ? 0 : 1 };
  return new Intl.NumberFormat(language, { style: "unit", unit: String(unit), ...digits }).format(bytes / Number(size));
}

/** A file as a link that saves it. */
export function FileLink({ file }: { file: FileView }) {
  const { i18n, t } = useTranslation();
  return (
    <>
      <Anchor
        href={`/api/files/${file.id}/content`}
        download={file.name}
        inherit
        underline="always"
        title={t("value.file.save", { name: file.name })}
      >
        {file.name}
      </Anchor>{" "}
      <Text component="span" size="xs" c="dimmed">
        {showSize(file.size, i18n.language)}
      </Text>
    </>
  );
}
