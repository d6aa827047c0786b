import { Alert, Button, Group, PasswordInput, Stack } from "@mantine/core";
import { CircleCheck } from "lucide-react";
import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { useKeepSession, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";

/** A new password ends every other session. */
export function Password() {
  const { t } = useTranslation();
  const { person } = useSession();
  const keep = useKeepSession();
  const stale = useStale("/api/sessions");
  const form = useRef<HTMLFormElement>(null);
  const change = query.useMutation("put", "/api/password", {
    onSuccess: (session) => {
      keep(session);
      form.current?.reset();
      return stale();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    const present = person.has_password ? String(said.get("present")) : null;
    change.mutate({ body: { password: String(said.get("password")), present } });
  };
  const toggle = { "aria-label": t("signIn.showPassword"), tabIndex: 0 };
  return (
    <form onSubmit={submit} ref={form}>
      {/* So that a password manager knows whose it is. */}
      <input type="text" name="username" autoComplete="username" value={person.email} readOnly hidden />
      <Stack>
        <ProblemAlert error={change.error} />
        {change.isSuccess && (
          <Alert color="green" role="status" icon={<CircleCheck aria-hidden />} title={t("settings.password.done")}>
            {t("settings.password.done.why")}
          </Alert>
        )}
        {person.has_password && (
          <PasswordInput
            name="present"
            label={t("settings.password.present")}
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={toggle}
          />
        )}
        <PasswordInput
          name="password"
          label={t("link.newPassword")}
          description={t("link.newPassword.how")}
          autoComplete="new-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={toggle}
        />
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={change.isPending}>
            {t("settings.password.set")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
