import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json, JsonRecord } from "@/graph";
import { FileLink, useFile } from "./files";
import { cutAtMarks, type Mark } from "./marks";
import classes from "./Value.module.css";

export type Span = Mark & { path: (string | number)[] };

const LONG = 6000;
const NO_SPANS: readonly Span[] = [];

/** A name of the file as people read it: `order_number` as `Order number`. */
export const inWords = (name: string): string => {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What a step was given or gave, as people read it: records with named fields, texts whole, marked where marked. */
export function Value({ value, spans = NO_SPANS }: { value: Json | undefined; spans?: readonly Span[] }) {
  const { t, i18n } = useTranslation();
  const file = useFile(typeof value === "string" ? value : "");
  if (value === undefined || value === null || value === "")
    return <span className={classes.nothing}>{t("value.none")}</span>;
  if (typeof value === "boolean") return <span>{t(value ? "value.yes" : "value.no")}</span>;
  if (typeof value === "number")
    return <span>{new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 6 }).format(value)}</span>;
  if (typeof value === "string" && file) return <FileLink file={file} />;
  if (typeof value === "string") return <Words text={value} spans={spans.filter((span) => span.path.length === 0)} />;
  const inside = (key: string | number): Span[] =>
    spans.filter((span) => span.path[0] === key).map((span) => ({ ...span, path: span.path.slice(1) }));
  if (Array.isArray(value)) return <Items items={value} inside={inside} />;
  return <Fields record={value} inside={inside} />;
}

type Inside = (key: string | number) => Span[];

function Fields({ record, inside }: { record: JsonRecord; inside: Inside }) {
  const { t } = useTranslation();
  const fields = Object.entries(record);
  if (fields.length === 0) return <span className={classes.nothing}>{t("value.none")}</span>;
  return (
    <dl className={classes.fields}>
      {fields.map(([name, each]) => (
        <div key={name} className={classes.field} data-wide={isWide(each) || undefined}>
          <dt>{inWords(name)}</dt>
          <dd>
            <Value value={each} spans={inside(name)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const isWide = (value: Json): boolean =>
  (typeof value === "object" && value !== null) ||
  (typeof value === "string" && (value.length > 60 || value.includes("\n")));

function Items({ items, inside }: { items: Json[]; inside: Inside }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  if (items.length === 0) return <span className={classes.nothing}>{t("value.none")}</span>;
  const shown = isWhole ? items : items.slice(0, 20);
  return (
    <>
      <ol className={classes.items}>
        {shown.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place, it has no other name
          <li key={at}>
            <Value value={item} spans={inside(at)} />
          </li>
        ))}
      </ol>
      {shown.length < items.length && <Whole count={items.length} onOpen={() => setWhole(true)} />}
    </>
  );
}

/** A text with what was found in it: underlined, and named in words behind it. */
function Words({ text, spans }: { text: string; spans: readonly Mark[] }) {
  const { t } = useTranslation();
  const say = t as unknown as (key: string, options: Record<string, unknown>) => string;
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole || text.length <= LONG ? text : text.slice(0, LONG);
  return (
    <>
      <span className={classes.text}>
        {cutAtMarks(shown, spans).map((piece) =>
          piece.mark ? (
            <mark key={piece.at} className={classes.mark} title={piece.mark.sentence}>
              {piece.text}
              <span className={classes.kind}>
                {say(`found.${piece.mark.kind}`, { defaultValue: inWords(piece.mark.kind) })}
              </span>
            </mark>
          ) : (
            piece.text
          ),
        )}
      </span>
      {shown !== text && <Whole count={text.length} onOpen={() => setWhole(true)} />}
    </>
  );
}

function Whole({ count, onOpen }: { count: number; onOpen: () => void }) {
  const { t } = useTranslation();
  return (
    <Button size="compact-sm" variant="subtle" onClick={onOpen}>
      {t("value.whole", { count })}
    </Button>
  );
}
