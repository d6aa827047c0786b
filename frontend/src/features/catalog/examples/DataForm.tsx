import { Stack } from "@mantine/core";
import { Field } from "@/forms/SchemaForm";
import { helpOf, plain, titleOf } from "@/forms/shape";
import { TYPED, ValuesContext } from "@/forms/values";
import type { Json, JsonRecord, Schema } from "@/graph";
import { AnyField } from "./AnyField";
import { canDraw, fieldsOf, put, recordIn, withoutNull } from "./form";

type Props = { schema: Schema; root?: Schema; path: string };

/** The values of a record, a field for each that its schema names. What no field can show is written as text or JSON. */
export function DataForm({
  schema,
  root = schema,
  path,
  value,
  onChange,
}: Props & { value: JsonRecord; onChange: (value: JsonRecord) => void }) {
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  return (
    <ValuesContext value={TYPED}>
      <Stack gap="sm">
        {fieldsOf(schema).map(([name, each]) => (
          <DataField
            key={name}
            name={name}
            schema={each}
            root={root}
            path={`${path}.${name}`}
            isRequired={required.includes(name)}
            value={value[name]}
            onChange={(next) => onChange(put(value, name, next))}
          />
        ))}
      </Stack>
    </ValuesContext>
  );
}

/** One value by its schema. */
export function DataField({
  name,
  schema,
  root = schema,
  path,
  isRequired = false,
  value,
  onChange,
}: Props & {
  name: string;
  isRequired?: boolean;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}) {
  const known = withoutNull(plain(schema, root).schema);
  const label = titleOf(known, name);
  if (fieldsOf(known).length > 0)
    return (
      <fieldset>
        <legend>{label}</legend>
        <DataForm schema={known} root={root} path={path} value={recordIn(value)} onChange={onChange} />
      </fieldset>
    );
  if (!canDraw(known)) return <AnyField label={label} description={helpOf(known)} value={value} onChange={onChange} />;
  return (
    <Field
      name={name}
      schema={known}
      root={root}
      value={value}
      isRequired={isRequired}
      onChange={onChange}
      path={path}
    />
  );
}
