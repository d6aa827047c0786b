/**
 * The pages that are always one click away, in their groups. A page enters here when it is built; who lacks the
 * permission that it needs does not see it, and a group without pages shows no name.
 */

import {
  Blocks,
  Cpu,
  House,
  IdCard,
  KeyRound,
  ListChecks,
  LogIn,
  OctagonMinus,
  ScrollText,
  ShieldCheck,
  UsersRound,
  Wallet,
  Waypoints,
  Workflow,
} from "lucide-react";

/** From top to bottom; the first group stands above all names. `needs` is a permission, null where none is needed. */
export const GROUPS = [
  {
    text: null,
    pages: [
      { to: "/", text: "nav.home", icon: House, needs: null },
      { to: "/reviews", text: "nav.reviews", icon: ListChecks, needs: null },
    ],
  },
  {
    text: "nav.group.work",
    pages: [
      { to: "/workflows", text: "nav.workflows", icon: Workflow, needs: null },
      { to: "/runs", text: "nav.runs", icon: Waypoints, needs: null },
    ],
  },
  {
    text: "nav.group.governance",
    pages: [
      { to: "/governance", text: "nav.governance", icon: ShieldCheck, needs: "governance.read" },
      { to: "/halts", text: "nav.halts", icon: OctagonMinus, needs: "halt.read" },
      { to: "/audit", text: "nav.audit", icon: ScrollText, needs: "audit.read" },
    ],
  },
  {
    text: "nav.group.organisation",
    pages: [
      { to: "/catalog", text: "nav.catalog", icon: Blocks, needs: "template.read" },
      { to: "/team", text: "nav.team", icon: UsersRound, needs: null },
      { to: "/credentials", text: "nav.credentials", icon: KeyRound, needs: "credential.read" },
      { to: "/connections", text: "nav.connections", icon: Cpu, needs: "connection.read" },
      { to: "/budgets", text: "nav.budgets", icon: Wallet, needs: "budget.read" },
      { to: "/people", text: "nav.people", icon: IdCard, needs: "organisation.read" },
      { to: "/company-sign-in", text: "nav.signIn", icon: LogIn, needs: "organisation.read" },
    ],
  },
] as const;
