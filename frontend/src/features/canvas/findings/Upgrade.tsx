import { Button, Group, Modal, Stack, Text, VisuallyHidden } from "@mantine/core";
import type { TFunction } from "i18next";
import { useContext, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { components } from "@/api/schema";
import { TeamContext } from "@/forms/values";
import { graphAt, nameOf, offeredTo, type Palette, placeOf, upgradeNode } from "@/graph";
import { announce } from "@/kit/announce";
import { Failure, Loading } from "@/kit/states";
import { type Newer, useEditor } from "../editor";
import { usePalette } from "../usePalette";
import classes from "./findings.module.css";

type Difference = components["schemas"]["DifferenceView"];

/** What a newer version of a step's template does otherwise, and the one click that takes it. */
export function Upgrade({ path, type, to }: Newer) {
  const { t } = useTranslation();
  const upgrade = useEditor((state) => state.upgrade);
  const onClose = (): void => upgrade(null);
  const draft = useEditor((state) => state.history.present);
  const act = useEditor((state) => state.act);
  const palette = useNewest(to);
  const asked = query.useQuery("get", "/api/node-types/{key}/upgrade", {
    params: { path: { key: type }, query: { to } },
  });
  const { place, id } = placeOf(path);
  const newer = palette.get(to);
  const name = nameOf(graphAt(draft, place) ?? draft, id);
  const taken = newer && upgradeNode(draft, place, id, newer, palette);
  const apply = (): void => {
    if (!newer) return;
    act("upgrade", name, (now) => upgradeNode(now, place, id, newer, palette).workflow);
    announce(t("upgrade.done", { name, number: asked.data?.after }));
    onClose();
  };
  const dropped = [...(taken?.dropped.settings ?? []), ...(taken?.dropped.inputs ?? [])];
  return (
    <Modal opened onClose={onClose} size="lg" title={t("upgrade.title", { name })}>
      <Stack>
        {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
        {asked.isLoading && <Loading lines={4} />}
        {asked.data && (
          <>
            <Text>
              {t("upgrade.from", { title: asked.data.title, before: asked.data.before, after: asked.data.after })}
            </Text>
            {asked.data.note && <Text c="dimmed">{asked.data.note}</Text>}
            <Differences found={asked.data.differences} />
          </>
        )}
        {dropped.length > 0 && <Text>{t("upgrade.dropped", { what: dropped.map(asWords).join(", ") })}</Text>}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("kit.cancel")}
          </Button>
          <Button onClick={apply} disabled={!newer || !asked.data}>
            {t("upgrade.apply")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** The palette with the newer version in it, which may have been published after the workflow was opened. */
function useNewest(to: string): Palette {
  const team = useContext(TeamContext);
  const palette = useEditor((state) => state.palette);
  const setPalette = useEditor((state) => state.setPalette);
  const isThere = palette.has(to);
  const { data, refetch } = usePalette();
  useEffect(() => {
    if (!isThere) refetch();
  }, [isThere, refetch]);
  useEffect(() => {
    if (!isThere && data?.has(to)) setPalette(offeredTo(data, team ?? ""));
  }, [isThere, data, to, team, setPalette]);
  return palette;
}

function Differences({ found }: { found: Difference[] }) {
  const { t } = useTranslation();
  if (found.length === 0) return <Text c="dimmed">{t("upgrade.same")}</Text>;
  const parts = [...new Set(found.map(({ part }) => part))];
  return parts.map((part) => (
    <section key={part} aria-label={t(`upgrade.part.${part}`)}>
      <Text size="sm" fw={600}>
        {t(`upgrade.part.${part}`)}
      </Text>
      <table className={classes.differences}>
        <tbody>
          {found
            .filter((each) => each.part === part)
            .map((each) => (
              <tr key={each.name}>
                <th scope="row">{nameOfPart(each, t)}</th>
                <td>
                  <Side is="del" part={part} value={each.before} />
                  <Side is="ins" part={part} value={each.after} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  ));
}

function Side({ is: Tag, part, value }: { is: "del" | "ins"; part: Difference["part"]; value: unknown }) {
  const { t } = useTranslation();
  if (value === null || value === undefined) return null;
  return (
    <Tag>
      <VisuallyHidden>{t(Tag === "del" ? "upgrade.before" : "upgrade.after")}</VisuallyHidden>{" "}
      {part === "inputs" || part === "parameters" ? sayField(value, t) : sayValue(value, t)}
    </Tag>
  );
}

const asWords = (name: string): string => name.replaceAll("_", " ");

const OWN = [
  "effect",
  "external",
  "irreversible",
  "after_crash",
  "spends",
  "hosts",
  "labels",
  "title",
  "summary",
  "base",
];

const nameOfPart = ({ part, name }: Difference, t: TFunction): string =>
  OWN.includes(name) && ["effect", "hosts", "answers", "words"].includes(part)
    ? (t as unknown as (key: string) => string)(`upgrade.name.${name}`)
    : asWords(name);

function sayValue(value: unknown, t: TFunction): string {
  if (typeof value === "boolean") return t(value ? "upgrade.yes" : "upgrade.no");
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((each) => typeof each === "string"))
    return value.length > 0 ? value.join(", ") : t("upgrade.any");
  return JSON.stringify(value);
}

/** A field that people fill in, as words: what may stand there, and whether something must. */
function sayField(value: unknown, t: TFunction): string {
  const field = value as { title?: string; type?: unknown; enum?: unknown[]; choices?: unknown[]; required?: boolean };
  const choices = field.enum ?? field.choices ?? [];
  const type = (t as unknown as (key: string, options: object) => string)(`type.${field.type}`, {
    defaultValue: field.type ?? t("upgrade.any"),
  });
  const kind = choices.length > 0 ? choices.join(", ") : type;
  const said = [field.title, kind].filter(Boolean).join(": ");
  return field.required ? t("upgrade.required", { what: said }) : said;
}
