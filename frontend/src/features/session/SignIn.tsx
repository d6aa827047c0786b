import { Alert, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { wordsFor } from "@/kit/problem";
import { useKeepSession } from "@/kit/session";
import { Doorstep } from "./Doorstep";

/** Where `to` may lead: a page of this product, never another site. */
export const safePath = (to: string | undefined): string => (to && /^\/(?![/\\])/.test(to) ? to : "/");

/** By address and password; a first installation, and everybody invited, comes in by a one-time link. */
export function SignIn() {
  const { t } = useTranslation();
  const { to } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const keep = useKeepSession();
  const session = query.useQuery("get", "/api/session", undefined, { retry: false });
  const signIn = query.useMutation("post", "/api/session", {
    onSuccess: (answer) => {
      keep(answer);
      navigate({ href: safePath(to), replace: true });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ body: { email: String(form.get("email")), password: String(form.get("password")) } });
  };
  const words = signIn.error && wordsFor(signIn.error, t);
  if (session.data?.first_run)
    return (
      <Doorstep title={t("signIn.firstRun")}>
        <Text c="dimmed">{t("signIn.firstRun.how")}</Text>
      </Doorstep>
    );
  return (
    <Doorstep title={t("signIn.title")}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {words && (
            <Alert color="red" role="alert" title={words.sentence}>
              {words.wayOut}
            </Alert>
          )}
          <TextInput
            name="email"
            type="email"
            label={t("signIn.email")}
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            size="md"
          />
          <PasswordInput
            name="password"
            label={t("signIn.password")}
            autoComplete="current-password"
            required
            withAsterisk={false}
            size="md"
            visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
          />
          <Button type="submit" size="md" loading={signIn.isPending}>
            {t("signIn.submit")}
          </Button>
          <Text size="sm" c="dimmed">
            {t("signIn.noAccount")}
          </Text>
        </Stack>
      </form>
    </Doorstep>
  );
}
