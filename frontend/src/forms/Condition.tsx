import { ActionIcon, Button, Group, Input, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/graph";
import classes from "./ListField.module.css";
import { OPERATORS, operatorsFor, type Rule, type Rules, readRules, writeRules } from "./rules";
import { TextWithValues } from "./TextWithValues";
import { useValues } from "./values";

/** A condition: rows of field, operator and value; the formula is one click away. */
export function Condition({
  label,
  description,
  scope,
  value,
  onChange,
  isRequired,
}: {
  label: string;
  description?: string;
  scope: string;
  value: string;
  onChange: (value: Json | undefined) => void;
  isRequired: boolean;
}) {
  const { t } = useTranslation();
  const { offers: offered } = useValues();
  // A condition compares: what would not fit as text is welcome here.
  const offers = offered(scope).map((offer) => ({ ...offer, word: "fits" as const, reason: "" }));
  const read = readRules(value);
  const [wantsFormula, setFormula] = useState(false);
  if (read === null || wantsFormula)
    return (
      <Stack gap={4} align="start">
        <TextWithValues
          label={label}
          description={description ?? t("form.formula.how")}
          scope={scope}
          offers={offers}
          value={value}
          isFormula
          isRequired={isRequired}
          onChange={(next) => onChange(next === "" && !isRequired ? undefined : next)}
        />
        {read !== null && (
          <Button size="compact-sm" variant="subtle" onClick={() => setFormula(false)}>
            {t("form.asRows")}
          </Button>
        )}
      </Stack>
    );
  const typeOf = (field: string): string | undefined => offers.find((offer) => offer.path === field)?.type;
  const write = (next: Rules): void => onChange(writeRules(next, (field) => (typeOf(field) ?? "string") === "string"));
  const rules: Rule[] = read.rules.length ? read.rules : [{ field: "", operator: "==", value: "" }];
  const set = (at: number, change: Partial<Rule>): void =>
    write({ ...read, rules: rules.map((rule, index) => (index === at ? { ...rule, ...change } : rule)) });
  const remove = (at: number): void =>
    rules.length > 1 ? write({ ...read, rules: rules.filter((_, index) => index !== at) }) : onChange(undefined);
  return (
    <Input.Wrapper label={label} description={description} labelElement="div">
      <div className={classes.list} data-spaced={description ? true : undefined}>
        {rules.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={t("form.rules.how")}
            value={read.all ? "all" : "any"}
            onChange={(next) => write({ ...read, all: next === "all" })}
            data={[
              { value: "all", label: t("form.rules.all") },
              { value: "any", label: t("form.rules.any") },
            ]}
          />
        )}
        {rules.map((rule, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place, it has no other name
          <Row key={at} rule={rule} type={typeOf(rule.field)} scope={scope} onChange={(change) => set(at, change)}>
            {(rules.length > 1 || (!isRequired && rule.field !== "")) && (
              <ActionIcon size={36} aria-label={t("form.remove", { at: at + 1 })} onClick={() => remove(at)}>
                <Trash2 aria-hidden size={15} />
              </ActionIcon>
            )}
          </Row>
        ))}
        <Group gap="xs">
          {read.rules.length > 0 && (
            <Button
              variant="default"
              size="xs"
              leftSection={<Plus aria-hidden size={14} />}
              onClick={() => write({ ...read, rules: [...rules, { ...(rules[0] as Rule), value: "" }] })}
            >
              {t("form.rules.add")}
            </Button>
          )}
          <Button size="xs" variant="subtle" onClick={() => setFormula(true)}>
            {t("form.asFormula")}
          </Button>
        </Group>
      </div>
    </Input.Wrapper>
  );
}

function Row({
  rule,
  type,
  scope,
  onChange,
  children,
}: {
  rule: Rule;
  type: string | undefined;
  scope: string;
  onChange: (change: Partial<Rule>) => void;
  children: React.ReactNode;
}) {
  const { t } = useTranslation();
  const { describe, offers, settle } = useValues();
  const fields = offers(scope).map((offer) => {
    const { step, field } = describe(offer.path);
    const name = field ? `${step}: ${field}` : step;
    return { value: offer.path, label: name };
  });
  if (rule.field && !fields.some((field) => field.value === rule.field))
    fields.push({ value: rule.field, label: rule.field });
  const needsValue = rule.operator !== "empty" && rule.operator !== "filled";
  const operators = operatorsFor(type);
  return (
    <div className={classes.item}>
      <Group gap={6} wrap="nowrap" align="end">
        <Select
          flex={1}
          label={t("form.rules.field")}
          data={fields}
          value={rule.field || null}
          searchable
          onChange={(field) => field && onChange({ field })}
          nothingFoundMessage={t("form.noValues")}
        />
        {children}
      </Group>
      <Group gap={6} wrap="nowrap" mt={6}>
        <Select
          aria-label={t("form.rules.operator")}
          w={150}
          disabled={!rule.field}
          data={OPERATORS.filter((each) => operators.includes(each)).map((each) => ({
            value: each,
            label: t(`operator.${each}`),
          }))}
          value={rule.operator}
          onChange={(operator) => operator && onChange({ operator: operator as Rule["operator"] })}
        />
        {needsValue && (
          <TextInput
            aria-label={t("form.rules.value")}
            flex={1}
            disabled={!rule.field}
            value={rule.value}
            onBlur={settle}
            onChange={(event) => onChange({ value: event.currentTarget.value })}
          />
        )}
      </Group>
    </div>
  );
}
