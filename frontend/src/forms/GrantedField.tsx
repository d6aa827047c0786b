import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";

type Props = {
  label: string;
  description?: string;
  team: string;
  value: string;
  onChange: (value: string | undefined) => void;
  onBlur?: () => void;
};

/** A name among those that the team was granted; one that it holds and that is not granted (any more) stays visible. */
function Names({ names, value, onChange, team: _, ...words }: Props & { names: { value: string; label: string }[] }) {
  const { t } = useTranslation();
  const known = !value || names.some((each) => each.value === value);
  return (
    <Select
      {...words}
      data={known ? names : [...names, { value, label: value }]}
      value={value || null}
      placeholder={names.length === 0 ? t("form.granted.none") : undefined}
      clearable
      clearButtonProps={{ "aria-label": t("form.clear", { field: words.label }) }}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

/** A credential of these kinds, as far as the team was granted any. */
export function CredentialField({ kinds, ...props }: Props & { kinds: string[] }) {
  const asked = query.useQuery("get", "/api/teams/{team}/credentials", { params: { path: { team: props.team } } });
  const names = (asked.data ?? [])
    .filter((each) => kinds.includes(each.kind) && (each.state === "usable" || each.name === props.value))
    .map(({ name, hosts }) => ({ value: name, label: hosts.length > 0 ? `${name} · ${hosts.join(", ")}` : name }));
  return <Names {...props} names={names} />;
}

/** A model connection that the team may ask. */
export function ConnectionField(props: Props) {
  const asked = query.useQuery("get", "/api/teams/{team}/connections", { params: { path: { team: props.team } } });
  const names = (asked.data ?? []).map(({ name, model, region }) => ({
    value: name,
    label: [name, model, region].filter(Boolean).join(" · "),
  }));
  return <Names {...props} names={names} />;
}
