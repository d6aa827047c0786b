import { Alert, Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { wordsFor } from "@/kit/problem";
import { useKeepSession } from "@/kit/session";
import { Failure } from "@/kit/states";
import { Doorstep } from "./Doorstep";

/** Where `to` may lead: a page of this product, never another site. */
export const safePath = (to: string | undefined): string => (to && /^\/(?![/\\])/.test(to) ? to : "/");

/** Through the company, or by address and password; a first installation, and who was invited, comes in by a link. */
export function SignIn() {
  const { t } = useTranslation();
  const { to, problem } = useSearch({ from: "/sign-in" });
  const session = query.useQuery("get", "/api/session", undefined, { retry: false });
  const ways = query.useQuery("get", "/api/sign-in", undefined, { retry: false });
  const company = ways.data?.company;
  if (session.data?.first_run && ways.data && !company)
    return (
      <Doorstep title={t("signIn.firstRun")}>
        <Text c="dimmed">{t("signIn.firstRun.how")}</Text>
      </Doorstep>
    );
  return (
    <Doorstep title={t("signIn.title")}>
      {problem && <WentWrong problem={problem} ask={ways.data?.ask ?? ""} />}
      {ways.error && <Failure error={ways.error} onRetry={() => ways.refetch()} />}
      {company && (
        <Button component="a" size="md" href={`/api/sign-in/company?to=${encodeURIComponent(safePath(to))}`}>
          {t("signIn.company", { name: company })}
        </Button>
      )}
      {company && ways.data?.passwords && <Divider label={t("signIn.or")} />}
      {ways.data?.passwords && <ByPassword to={to} isFirst={!company} />}
    </Doorstep>
  );
}

/** What went wrong on the way through the company, by the word that the address says. */
function WentWrong({ problem, ask }: { problem: string; ask: string }) {
  const { t } = useTranslation();
  const say = t as unknown as (keys: string[], params?: Record<string, string>) => string;
  const wayOut = `signIn.problem.${problem}.wayOut`;
  return (
    <Alert color="red" role="alert" title={say([`signIn.problem.${problem}`, "signIn.problem.refused"])}>
      {problem === "no_groups" && ask ? t("signIn.ask", { ask }) : say([wayOut, "signIn.problem.refused.wayOut"])}
    </Alert>
  );
}

function ByPassword({ to, isFirst }: { to: string | undefined; isFirst: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const keep = useKeepSession();
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
  return (
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
          autoFocus={isFirst}
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
        <Button type="submit" size="md" variant={isFirst ? "filled" : "default"} loading={signIn.isPending}>
          {t("signIn.submit")}
        </Button>
        <Text size="sm" c="dimmed">
          {t("signIn.noAccount")}
        </Text>
      </Stack>
    </form>
  );
}
