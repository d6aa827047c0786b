import { GitBranch, Lock, MessageSquareText, ShieldCheck, UserCheck, Wrench } from "lucide-react";
import type { Kind } from "@/graph";
import classes from "./KindIcon.module.css";

const ICONS = {
  prompt: MessageSquareText,
  tool: Wrench,
  review: UserCheck,
  policy: ShieldCheck,
  flow: GitBranch,
} as const;

/** The kind of a step: a shape as well as a colour; its name stands beside it in words. */
export function KindIcon({ kind, isLocked = false }: { kind: Kind | undefined; isLocked?: boolean }) {
  const Icon = isLocked ? Lock : ICONS[kind ?? "tool"];
  return (
    <span className={classes.icon} data-kind={kind} aria-hidden>
      <Icon size={15} strokeWidth={2.1} />
    </span>
  );
}
