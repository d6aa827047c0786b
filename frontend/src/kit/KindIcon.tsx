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

/**
 * The kind of a step: a shape as well as a colour; its name stands beside it in words.
 *
 * @param own the picture of its type, an SVG as text. It is only looked at, as a mask, and can do nothing.
 */
export function KindIcon({
  kind,
  own,
  isLocked = false,
}: {
  kind: Kind | undefined;
  own?: string;
  isLocked?: boolean;
}) {
  const Icon = isLocked ? Lock : ICONS[kind ?? "tool"];
  const mask = own && !isLocked ? `url("data:image/svg+xml,${encodeURIComponent(own)}")` : null;
  return (
    <span className={classes.icon} data-kind={kind} aria-hidden>
      {mask ? <span className={classes.own} style={{ maskImage: mask }} /> : <Icon size={15} strokeWidth={2.1} />}
    </span>
  );
}
