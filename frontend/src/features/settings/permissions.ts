import { useTranslation } from "react-i18next";

/** What a token is mostly made for: starting workflows and seeing what comes of it. */
export const USUAL = ["run.start", "run.read", "workflow.read"];

const FIRST = ["run", "workflow", "payload", "publish", "template", "governance", "people", "organisation", "audit"];

/** The most usual first. */
export const inOrder = (permissions: readonly string[]): string[] => {
  const place = (permission: string): number => {
    const at = FIRST.indexOf(permission.split(".")[0] ?? "");
    return (USUAL.includes(permission) ? 0 : 100) + (at < 0 ? FIRST.length : at);
  };
  return [...permissions].sort((one, other) => place(one) - place(other));
};

/** A permission in plain words; one that these screens do not know yet by its own name. */
export function useNameOfPermission(): (permission: string) => string {
  const { t } = useTranslation();
  const say = t as unknown as (key: string, options: { defaultValue: string }) => string;
  return (permission) => say(`token.may.${permission}`, { defaultValue: permission });
}
