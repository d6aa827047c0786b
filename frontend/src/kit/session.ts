/** Who is signed in, and what the screens offer them. The server judges every call by itself. */

import { useQueryClient } from "@tanstack/react-query";
import { query, type Session, setToken } from "@/api/client";

export type SignedIn = Session & { person: NonNullable<Session["person"]> };

export const sessionOptions = query.queryOptions("get", "/api/session", undefined, {
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export const isSignedIn = (session: Session | undefined): session is SignedIn => Boolean(session?.person);

/** The session; only pages behind the sign-in ask for it, and the router lets nobody else there. */
export function useSession(): SignedIn {
  const { data } = query.useSuspenseQuery("get", "/api/session", undefined, {
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (!isSignedIn(data)) throw new Error("A page behind the sign-in was shown to nobody.");
  return data;
}

/** Keeps the session that a sign-in has just answered with. */
export function useKeepSession(): (session: Session) => void {
  const client = useQueryClient();
  return (session) => {
    keepToken(session);
    client.setQueryData(sessionOptions.queryKey, session);
  };
}

export const keepToken = (session: Session): void => setToken(session.csrf ?? "");

/** Whether a permission holds in a team; without one, in any team. A role in the organisation counts everywhere. */
export function may(session: Session, permission: string, team?: string): boolean {
  if (session.may.includes(permission)) return true;
  return session.teams.some((each) => (team === undefined || each.id === team) && each.may.includes(permission));
}
