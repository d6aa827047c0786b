import { ActionIcon, Button, Group, Input, Menu, Popover } from "@mantine/core";
import { Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/api/pending";
import type { Binding, Schema } from "@/graph";
import { OfferList } from "./OfferList";
import { Pill } from "./Pill";
import { Field } from "./SchemaForm";
import { plain, shapeOf } from "./shape";
import { TextWithValues } from "./TextWithValues";

type Props = {
  name: string;
  label: string;
  schema: Schema;
  binding: Binding | undefined;
  offers: Offer[];
  isRequired?: boolean;
  onChange: (binding: Binding | null) => void;
  path: string;
};

/** Where an input gets its value: a pill from a step, words with values in them, a fixed value, or a formula. */
export function BindingField(props: Props) {
  const { t } = useTranslation();
  const { label, binding, onChange, path } = props;
  return (
    <div data-field={path}>
      <Group gap={4} wrap="nowrap" align="end">
        <div style={{ flex: 1, minWidth: 0 }}>
          <Control {...props} />
        </div>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon size={36} aria-label={t("form.more", { field: label })}>
              <Ellipsis aria-hidden size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onChange({ expr: formulaOf(binding) })}>{t("form.asFormula")}</Menu.Item>
            <Menu.Item onClick={() => onChange({ value: "" })}>{t("form.asFixed")}</Menu.Item>
            <Menu.Item disabled={!binding} onClick={() => onChange(null)}>
              {t("form.empty")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
    </div>
  );
}

function formulaOf(binding: Binding | undefined): string {
  if (!binding) return "";
  if ("from" in binding) return Array.isArray(binding.from) ? (binding.from[0] ?? "") : binding.from;
  if ("value" in binding) return binding.value === "" ? "" : JSON.stringify(binding.value);
  return "expr" in binding ? binding.expr : "";
}

function Control({ name, label, schema, binding, offers, isRequired = false, onChange, path }: Props) {
  const { t } = useTranslation();
  const { schema: known } = plain(schema, schema);
  const only = (offer: Offer): void => onChange({ from: offer.path });
  if (binding && "from" in binding) return <From label={label} binding={binding} offers={offers} onChange={onChange} />;
  if (binding && "expr" in binding)
    return (
      <TextWithValues
        label={label}
        description={t("form.formula.how")}
        scope="graph"
        offers={offers}
        value={binding.expr}
        isFormula
        onChange={(expr) => onChange({ expr })}
      />
    );
  const shape = shapeOf(known, known);
  const isText =
    (shape.is === "text" || Object.keys(known).length === 0) && typeof (fixedOf(binding) ?? "") === "string";
  if (!isText && shape.is !== "record" && shape.is !== "fields")
    return (
      <Field
        name={name}
        schema={{ ...known, title: label }}
        root={known}
        value={fixedOf(binding)}
        isRequired={isRequired}
        onChange={(value) => onChange(value === undefined ? null : { value })}
        path={path}
      />
    );
  const text = binding && "template" in binding ? binding.template : String(fixedOf(binding) ?? "");
  return (
    <TextWithValues
      label={label}
      scope="graph"
      offers={offers}
      value={text}
      isRequired={isRequired}
      onOnly={only}
      onChange={(next) => onChange(next === "" ? null : next.includes("{{") ? { template: next } : { value: next })}
    />
  );
}

const fixedOf = (binding: Binding | undefined) => (binding && "value" in binding ? binding.value : undefined);

/** One pill, or several: the first whose step has run counts. */
function From({
  label,
  binding,
  offers,
  onChange,
}: {
  label: string;
  binding: Binding & { from: string | string[] };
  offers: Offer[];
  onChange: (binding: Binding | null) => void;
}) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const paths = Array.isArray(binding.from) ? binding.from : [binding.from];
  const write = (next: string[]): void => {
    if (next.length === 0) onChange(null);
    else onChange({ ...binding, from: next.length === 1 ? (next[0] as string) : next });
  };
  return (
    <Input.Wrapper label={label} labelElement="div" description={paths.length > 1 ? t("form.firstThatRan") : undefined}>
      <Group gap={6} mih={36}>
        {paths.map((path) => (
          <Pill
            key={path}
            path={path}
            offer={offers.find((offer) => offer.path === path)}
            onRemove={() => write(paths.filter((each) => each !== path))}
          />
        ))}
        <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={340} trapFocus shadow="md">
          <Popover.Target>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<Plus aria-hidden size={13} />}
              onClick={() => setOpen((was) => !was)}
            >
              {t("form.orElse")}
            </Button>
          </Popover.Target>
          <Popover.Dropdown p="xs" aria-label={t("form.insertValue")}>
            <OfferList
              offers={offers.filter((offer) => !paths.includes(offer.path))}
              onTake={(offer) => {
                setOpen(false);
                write([...paths, offer.path]);
              }}
            />
          </Popover.Dropdown>
        </Popover>
      </Group>
    </Input.Wrapper>
  );
}
