import { Checkbox, Group, NumberInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Json, JsonRecord, Schema } from "@/graph";
import { Condition } from "./Condition";
import { FieldsField } from "./FieldsField";
import { FileField } from "./FileField";
import { ConnectionField, CredentialField } from "./GrantedField";
import { JsonField } from "./JsonField";
import { ListField } from "./ListField";
import { Pairs } from "./Pairs";
import { helpOf, plain, type Shape, shapeOf, startOf, titleOf } from "./shape";
import { TextWithValues } from "./TextWithValues";
import { useValues } from "./values";

/**
 * The form of a config schema. A field that is emptied leaves the record, so that a file says only what is set.
 *
 * @param path where the record stands (`config`), so that a finding's field can be found and focused.
 */
export function SchemaForm({
  schema,
  root = schema,
  value,
  onChange,
  path,
}: {
  schema: Schema;
  root?: Schema;
  value: JsonRecord;
  onChange: (value: JsonRecord, field: string) => void;
  path: string;
}) {
  const shape = shapeOf(schema, root);
  if (shape.is !== "record") return null;
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const set = (name: string, next: Json | undefined): void => {
    const { [name]: _, ...others } = value;
    onChange(next === undefined ? others : { ...value, [name]: next }, name);
  };
  return (
    <Stack gap="md">
      {shape.fields.map(([name, field]) => (
        <Field
          key={name}
          name={name}
          schema={plain(field, root).schema}
          root={root}
          value={value[name]}
          isRequired={required.includes(name)}
          onChange={(next) => set(name, next)}
          path={`${path}.${name}`}
        />
      ))}
    </Stack>
  );
}

type FieldProps = {
  name: string;
  schema: Schema;
  root: Schema;
  value: Json | undefined;
  isRequired: boolean;
  onChange: (value: Json | undefined) => void;
  path: string;
};

/** One field of a form, by the shape of its schema. */
export function Field(props: FieldProps) {
  const shape = shapeOf(props.schema, props.root, props.name);
  if (shape.is === "graph") return null;
  return (
    <div data-field={props.path}>
      <Control {...props} shape={shape} />
    </div>
  );
}

const inputTypeOf = (shape: Shape): string =>
  shape.is === "text" && (shape.format === "email" || shape.format === "date") ? shape.format : "text";

const asText = (value: Json | undefined): string => (value === undefined || value === null ? "" : String(value));
const asRecord = (value: Json | undefined): JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const asList = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function Control({ shape, ...props }: FieldProps & { shape: Shape }) {
  const { name, schema, root, value, isRequired, onChange, path } = props;
  const { t } = useTranslation();
  const { settle, offers, isData, team } = useValues();
  const words = { label: titleOf(schema, name), description: helpOf(schema) };
  const common = { ...words, required: isRequired, withAsterisk: false, onBlur: settle };
  const current = value ?? schema.default;
  switch (shape.is) {
    case "switch":
      return (
        <Switch {...words} checked={current === true} onChange={(event) => onChange(event.currentTarget.checked)} />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          value={typeof value === "number" ? value : ""}
          placeholder={asText(schema.default)}
          allowDecimal={!shape.whole}
          min={shape.min ?? undefined}
          max={shape.max ?? undefined}
          onChange={(next) => onChange(next === "" ? undefined : Number(next))}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={shape.options.map((option) => ({ value: option, label: option.replaceAll("_", " ") }))}
          value={asText(current) || null}
          clearable={!isRequired}
          clearButtonProps={{ "aria-label": t("form.clear", { field: words.label }) }}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case "choices":
      return (
        <Checkbox.Group {...words} value={asList(current).map(String)} onChange={(next) => onChange(next)}>
          <Group mt={6} gap="md">
            {shape.options.map((option) => (
              <Checkbox key={option} size="sm" value={option} label={option.replaceAll("_", " ")} />
            ))}
          </Group>
        </Checkbox.Group>
      );
    case "words":
      return (
        <TagsInput
          {...common}
          value={asList(current).map(String)}
          onChange={(next) => onChange(shape.whole ? next.map(Number).filter(Number.isFinite) : next)}
        />
      );
    case "file": {
      const ids = shape.several ? asList(value).map(String) : value ? [asText(value)] : [];
      const set = (next: string[]): void => onChange(shape.several ? next : next[0]);
      const file = { accept: shape.accept, most: shape.most, isSeveral: shape.several, isRequired, ids };
      return <FileField {...words} {...file} onChange={set} />;
    }
    case "list":
      return (
        <ListField
          {...words}
          value={asList(value)}
          onChange={onChange}
          start={() => startOf(shape.item, root)}
          form={(item, at, change) => (
            <SchemaForm schema={shape.item} root={root} value={item} onChange={change} path={`${path}.${at}`} />
          )}
        />
      );
    case "record":
      return (
        <fieldset>
          <legend>{words.label}</legend>
          <SchemaForm schema={schema} root={root} value={asRecord(value)} onChange={onChange} path={path} />
        </fieldset>
      );
    case "pairs":
      return <Pairs {...words} value={asRecord(value)} onChange={onChange} />;
    case "fields":
      if (isData) return <JsonField {...words} value={value} isRequired={isRequired} onChange={onChange} />;
      return <FieldsField {...words} value={asRecord(value)} onChange={onChange} />;
    case "expression":
      return (
        <Condition {...words} scope={shape.scope} value={asText(value)} onChange={onChange} isRequired={isRequired} />
      );
    case "template":
      return (
        <TextWithValues
          {...words}
          scope={shape.scope}
          offers={offers(shape.scope)}
          value={asText(value)}
          minRows={schema.maxLength === undefined || Number(schema.maxLength) > 5000 ? 5 : 1}
          isRequired={isRequired}
          onChange={(next) => onChange(next === "" ? undefined : next)}
        />
      );
    case "credential":
    case "connection": {
      if (!team) return <Typed {...props} shape={shape} />;
      const granted = { ...words, team, value: asText(value), onChange, onBlur: settle };
      return shape.is === "credential" ? (
        <CredentialField {...granted} kinds={shape.kinds} />
      ) : (
        <ConnectionField {...granted} value={asText(current)} />
      );
    }
    default:
      return <Typed {...props} shape={shape} />;
  }
}

function Typed({ shape, ...props }: FieldProps & { shape: Shape }) {
  const { name, schema, value, isRequired, onChange } = props;
  const { settle } = useValues();
  const typed = (next: string): void => onChange(next === "" ? undefined : next);
  const text = {
    label: titleOf(schema, name),
    description: helpOf(schema),
    required: isRequired,
    withAsterisk: false,
    onBlur: settle,
    value: asText(value),
    placeholder: asText(schema.default),
  };
  return shape.is === "text" && shape.long ? (
    <Textarea {...text} autosize minRows={2} maxRows={10} onChange={(event) => typed(event.currentTarget.value)} />
  ) : (
    <TextInput {...text} type={inputTypeOf(shape)} onChange={(event) => typed(event.currentTarget.value)} />
  );
}
