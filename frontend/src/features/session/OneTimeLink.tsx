import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type LinkView, type Problem, type Session } from "@/api/client";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { wordsFor } from "@/kit/problem";
import { useKeepSession } from "@/kit/session";
import { Loading } from "@/kit/states";
import { Doorstep } from "./Doorstep";

type Answer = { data?: Session; error?: Problem };

/** Opening a link only looks at it, so that a preview cannot use it up; the button does. */
export function OneTimeLink() {
  const { t } = useTranslation();
  const { token } = useParams({ from: "/link/$token" });
  const look = useQuery<LinkView, Problem>({
    queryKey: ["link", token],
    retry: false,
    queryFn: async () => {
      const { data, error } = await api.POST("/api/links/look", { body: { token } });
      if (!data) throw error;
      return data;
    },
  });
  if (look.error) return <Closed error={look.error} />;
  if (!look.data)
    return (
      <Doorstep title={t("link.title")}>
        <Loading lines={2} />
      </Doorstep>
    );
  return <Opened token={token} link={look.data} />;
}

function Closed({ error }: { error: Problem }) {
  const { t } = useTranslation();
  const words = wordsFor(error, t);
  return (
    <Doorstep title={t("link.closed")}>
      <Text role="alert">{words.sentence}</Text>
      <Text c="dimmed">{words.wayOut || t("link.closed.wayOut")}</Text>
    </Doorstep>
  );
}

function Opened({ token, link }: { token: string; link: LinkView }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const keep = useKeepSession();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  // The owner's link lets in at once. A password that will not do is then asked for anew, without the link.
  const [entered, setEntered] = useState<Session | null>(null);
  const isOwner = link.kind === "owner";
  const language = i18n.language === "de" ? "de" : "en";

  const enterAsOwner = async (password: string, name: string, email: string): Promise<Answer> => {
    const first: Answer = entered ? { data: entered } : await api.POST("/api/session/link", { body: { token } });
    const session = first.data;
    if (!session?.person) return first;
    keep(session);
    setEntered(session);
    const person = session.person.id;
    const named = await api.PATCH("/api/people/{person}", { params: { path: { person } }, body: { name, email } });
    if (named.error) return { error: named.error };
    await api.PATCH("/api/session/person", { body: { language } });
    return api.PUT("/api/password", { body: { password, present: null } });
  };
  const send = async (form: FormData): Promise<Answer> => {
    const password = String(form.get("password"));
    const name = String(form.get("name")).trim();
    if (isOwner) return enterAsOwner(password, name, String(form.get("email")).trim());
    if (link.kind === "reset") return api.POST("/api/password/reset", { body: { token, password } });
    return api.POST("/api/invitations/accept", { body: { token, password, name, language } });
  };
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const { data, error } = await send(new FormData(event.currentTarget));
    setBusy(false);
    if (!data) {
      setProblem(error ?? null);
      return;
    }
    keep(data);
    navigate({ to: "/", replace: true });
  };
  return (
    <Doorstep title={t(`link.${link.kind}`)}>
      <Text c="dimmed">{link.team ? t("link.forTeam", { email: link.email, team: link.team }) : t("link.once")}</Text>
      <form onSubmit={submit}>
        <Stack>
          <ProblemAlert error={problem} />
          {link.kind !== "reset" && (
            <TextInput name="name" label={t("link.name")} autoComplete="name" required withAsterisk={false} size="md" />
          )}
          {isOwner && (
            <TextInput
              name="email"
              type="email"
              label={t("signIn.email")}
              description={t("link.owner.email")}
              // The address that the first owner has until he says his own is nobody's.
              defaultValue={link.email.endsWith("@localhost") ? "" : link.email}
              autoComplete="username"
              required
              withAsterisk={false}
              size="md"
            />
          )}
          <PasswordInput
            name="password"
            label={t("link.newPassword")}
            description={t("link.newPassword.how")}
            autoComplete="new-password"
            required
            withAsterisk={false}
            size="md"
            visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
          />
          <Button type="submit" size="md" loading={isBusy}>
            {t("link.open")}
          </Button>
        </Stack>
      </form>
    </Doorstep>
  );
}
