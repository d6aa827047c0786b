import { Code, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { NodeTemplate } from "@/api/client";
import { titleOf } from "@/forms/shape";
import { sayType } from "@/forms/types";
import { Card, Part } from "@/kit/Page";
import classes from "./catalog.module.css";
import { fieldsOf, recordIn } from "./examples/form";
import { saySchema, sayValue, useSettingNames } from "./offers";
import { SaidExamples } from "./SaidExamples";

type Source = NodeTemplate["source"];
type Row = { name: string; value: string; isUsual?: boolean };

/** All that a template says, so that a second person knows what he approves. */
export function Said({ source }: { source: Source }) {
  const { t } = useTranslation();
  const { nameOf, title, usual } = useSettingNames(source.base);
  const isEmpty = (value: unknown): boolean =>
    value === null || value === "" || (typeof value === "object" && Object.keys(value as object).length === 0);
  const inputs = fieldsOf(recordIn(source.inputs));
  const set = Object.entries(source.fixed);
  const left = Object.entries(usual).filter(
    ([name, value]) => !(name in source.fixed) && !(name in source.open) && !isEmpty(value),
  );
  const fixed: Row[] = [
    { name: t("catalog.base"), value: title },
    ...set.map(([name, value]) => ({
      name: nameOf(name),
      value: isEmpty(value) ? "–" : sayValue(value, t),
    })),
    ...left.map(([name, value]) => ({ name: nameOf(name), value: sayValue(value, t), isUsual: true })),
  ];
  const open: Row[] = [
    ...Object.entries(source.open).map(([name, field]) => ({
      name: field.title || nameOf(name),
      value: field.choices?.length ? t("catalog.oneOf", { what: field.choices.join(", ") }) : t("catalog.anyValue"),
    })),
    ...inputs.map(([name, field]) => ({
      name: titleOf(field, name),
      value: t("catalog.input", { type: sayType(field, t) }),
    })),
  ];
  const bounds = useBounds(source);
  return (
    <>
      <Part title={t("catalog.fixed")} why={t("catalog.fixed.why")}>
        <Table rows={fixed} isCode />
      </Part>
      <Part title={t("catalog.open")} why={t("catalog.open.why")}>
        {open.length > 0 ? (
          <Table rows={open} />
        ) : (
          <Card padded>
            <Text c="dimmed">{t("catalog.open.nothing")}</Text>
          </Card>
        )}
      </Part>
      {bounds.length > 0 && (
        <Part title={t("catalog.bounds")} why={t("catalog.bounds.why")}>
          <Table rows={bounds} />
        </Part>
      )}
      <SaidExamples examples={source.examples ?? []} />
    </>
  );
}

function Table({ rows, isCode = false }: { rows: Row[]; isCode?: boolean }) {
  const { t } = useTranslation();
  return (
    <Card padded>
      <table className={classes.set}>
        <tbody>
          {rows.map(({ name, value, isUsual }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                {isCode ? <Code>{value}</Code> : value}
                {isUsual && (
                  <Text span size="sm" c="dimmed">
                    {" "}
                    {t("catalog.usual")}
                  </Text>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

/** What it says of the place behind it, as far as it says anything. */
function useBounds(source: Source): Row[] {
  const { t } = useTranslation();
  const inputs = new Map(fieldsOf(recordIn(source.inputs)));
  const gathered = Object.entries(source.gather ?? {}).flatMap(([target, parts]) =>
    Object.entries(parts).map(([field, input]) => `${titleOf(inputs.get(input) ?? {}, input)} → ${target}.${field}`),
  );
  return [
    { name: t("catalog.hosts"), value: (source.hosts ?? []).join(", ") },
    { name: t("catalog.emits"), value: (source.emits ?? []).join(", ") },
    { name: t("catalog.effect"), value: source.effect ? t(`catalog.effect.${source.effect}`) : "" },
    { name: t("catalog.after"), value: source.after_crash ? t(`catalog.after.${source.after_crash}`) : "" },
    { name: t("catalog.irreversible"), value: source.irreversible ? t("value.yes") : "" },
    { name: t("catalog.gather"), value: gathered.join(", ") },
    ...Object.entries(source.answers ?? {}).map(([field, schema]) => ({
      name: t("catalog.answers.of", { field }),
      value: saySchema(recordIn(schema), t),
    })),
  ].filter(({ value }) => value !== "");
}
