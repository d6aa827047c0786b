import { Textarea } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ReviewDetail } from "@/api/client";
import { Field, SchemaForm } from "@/forms/SchemaForm";
import type { Json, JsonRecord, Schema } from "@/graph";
import { fieldChanges } from "@/kit/diff";
import { isProblem } from "@/kit/problem";
import { Changes } from "./Changes";
import classes from "./EditPane.module.css";
import { withRoom } from "./withRoom";

const FEW = 9;

const isRecord = (value: Json | undefined | null): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The proposal as a form of its own shape, or as a text; below it, what that changes. */
export function EditPane({
  review,
  edit,
  problem,
  onEdit,
  onLeave,
}: {
  review: ReviewDetail;
  edit: Json | undefined;
  problem: unknown;
  onEdit: (edit: Json) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation();
  const proposal = review.proposal ?? null;
  const value = edit === undefined ? proposal : edit;
  const pane = useRef<HTMLDivElement>(null);
  const schema = useMemo<Schema>(
    () => withRoom((review.proposal_schema ?? {}) as Schema, proposal),
    [review.proposal_schema, proposal],
  );
  const options = Array.isArray(schema.enum) && schema.enum.length <= FEW ? schema.enum.map(String) : null;
  const isText = typeof proposal === "string" && !Array.isArray(schema.enum);
  useEffect(() => {
    const find = (what: string) => pane.current?.querySelector<HTMLElement>(what);
    (find("input:checked") ?? find("textarea, input, button"))?.focus();
  }, []);
  const field = isProblem(problem) ? problem.field : null;
  useEffect(() => {
    if (field)
      pane.current
        ?.querySelector<HTMLElement>(`[data-field="edit.${CSS.escape(field)}"] :is(input, textarea, button)`)
        ?.focus();
  }, [field]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the fields inside
    <div
      ref={pane}
      onKeyDown={(event) => {
        if (event.key !== "Escape" && !(event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
        event.preventDefault();
        onLeave();
      }}
    >
      {options ? (
        <OneOf options={options} value={value} onChoose={onEdit} />
      ) : isText ? (
        <Textarea
          aria-label={t("reviews.yours")}
          autosize
          minRows={6}
          maxRows={22}
          value={String(value ?? "")}
          onChange={(event) => onEdit(event.currentTarget.value)}
        />
      ) : isRecord(proposal) ? (
        <SchemaForm
          schema={schema}
          value={isRecord(value) ? value : {}}
          path="edit"
          onChange={(next) => onEdit(keepEmpty(next, proposal))}
        />
      ) : (
        <Field
          name="value"
          schema={{ title: t("reviews.yours"), ...schema }}
          root={schema}
          value={value}
          isRequired
          path="edit"
          onChange={(next) => onEdit(next ?? null)}
        />
      )}
      <section className={classes.changes} aria-label={t("reviews.changes")}>
        <h3 className={classes.label}>{t("reviews.changes")}</h3>
        <Changes changes={fieldChanges(proposal, value)} />
      </section>
    </div>
  );
}

/** One of a few words: the arrows choose, so does a click. */
function OneOf({
  options,
  value,
  onChoose,
}: {
  options: readonly string[];
  value: Json;
  onChoose: (value: string) => void;
}) {
  return (
    <fieldset className={classes.options} aria-labelledby="proposal">
      {options.map((option) => (
        <label key={option} className={classes.option}>
          <input type="radio" name="edit" checked={option === value} onChange={() => onChoose(option)} />
          {option.replaceAll("_", " ")}
        </label>
      ))}
    </fieldset>
  );
}

/** A form leaves out what is emptied; a text of the proposal that is emptied is an empty text, not a missing one. */
function keepEmpty(next: JsonRecord, proposal: JsonRecord): JsonRecord {
  return Object.fromEntries(
    [...new Set([...Object.keys(proposal), ...Object.keys(next)])].flatMap((name): [string, Json][] => {
      const value = next[name];
      if (value === undefined) return typeof proposal[name] === "string" ? [[name, ""]] : [];
      const was = proposal[name];
      return [[name, isRecord(value) && isRecord(was) ? keepEmpty(value, was) : value]];
    }),
  );
}
