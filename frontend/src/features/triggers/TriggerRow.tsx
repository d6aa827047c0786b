import { ActionIcon, Badge, Button, Menu, Switch, UnstyledButton } from "@mantine/core";
import { Ellipsis, List, Pencil, Trash2, UserRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { announce } from "@/kit/announce";
import { Confirm } from "@/kit/Confirm";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { isProblem } from "@/kit/problem";
import { useSession } from "@/kit/session";
import { SIGNS, type Trigger } from "./kinds";
import { Paused } from "./Paused";
import classes from "./triggers.module.css";
import { useFreshTriggers } from "./useSaveTrigger";
import { errorsOf, Wrong } from "./Wrong";

type Props = {
  trigger: Trigger;
  /** What it does, in words of its kind. */
  words: ReactNode;
  mayWrite: boolean;
  /** Missing where there is nothing to change. */
  onEdit?: (() => void) | undefined;
  onLog?: (() => void) | undefined;
};

const COLOURS = { on: "green", off: "gray", paused: "yellow" } as const;

/** One trigger: what it does, whether it is on, why not, and what can be done with it. */
export function TriggerRow({ trigger, words, mayWrite, onEdit, onLog }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const refresh = useFreshTriggers();
  const [isDeleting, setDeleting] = useState(false);
  const flip = query.useMutation("put", "/api/triggers/{trigger}/switch", {
    onSuccess: async (kept) => {
      await refresh();
      announce(t(kept.state === "on" ? "triggers.nowOn" : "triggers.nowOff", { name: kept.name }));
    },
  });
  const change = query.useMutation("patch", "/api/triggers/{trigger}", { onSuccess: refresh });
  const remove = query.useMutation("delete", "/api/triggers/{trigger}", {
    onSuccess: async () => {
      setDeleting(false);
      await refresh();
      announce(t("triggers.deleted", { name: trigger.name }));
    },
  });
  const path = { params: { path: { trigger: trigger.id } } };
  const Sign = SIGNS[trigger.kind];
  // Whoever calls the API says by the token who it is, and may as long as it holds: there is nothing to switch.
  const isApi = trigger.kind === "api";
  const paused = trigger.paused;
  // That it cannot be switched on because of what stands there already is not said twice.
  const error = flip.error ?? change.error;
  const isSaid = errorsOf(trigger).length > 0 && isProblem(error) && error.code === "bad_trigger";
  const turn = (on: boolean): void => flip.mutate({ ...path, body: { on } });
  return (
    <li className={classes.row}>
      <Sign aria-hidden size={20} className={classes.sign} />
      <div className={classes.words}>
        <div className={classes.title}>
          {mayWrite && onEdit ? (
            <UnstyledButton className={classes.name} onClick={onEdit}>
              {trigger.name}
            </UnstyledButton>
          ) : (
            trigger.name
          )}
          {!isApi && <Badge color={COLOURS[trigger.state]}>{t(`triggers.state.${trigger.state}`)}</Badge>}
          {trigger.pinned !== null && <Badge color="gray">{t("triggers.only", { number: trigger.pinned })}</Badge>}
        </div>
        <div className={classes.below}>{words}</div>
        {!isApi && <div className={classes.below}>{t("triggers.inTheNameOf", { name: trigger.owner.name })}</div>}
      </div>
      {mayWrite && (
        <div className={classes.acts}>
          {!isApi && (
            <Switch
              aria-label={t("triggers.switch", { name: trigger.name })}
              checked={trigger.state === "on"}
              disabled={flip.isPending}
              onChange={(event) => turn(event.currentTarget.checked)}
            />
          )}
          <Menu position="bottom-end" width={220}>
            <Menu.Target>
              <ActionIcon size={36} aria-label={t("list.more", { what: trigger.name })}>
                <Ellipsis aria-hidden size={17} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {onEdit && (
                <Menu.Item leftSection={<Pencil aria-hidden size={15} />} onClick={onEdit}>
                  {t("triggers.edit")}
                </Menu.Item>
              )}
              {onLog && (
                <Menu.Item leftSection={<List aria-hidden size={15} />} onClick={onLog}>
                  {t("triggers.log")}
                </Menu.Item>
              )}
              {trigger.owner.id !== session.person.id && (
                <Menu.Item
                  leftSection={<UserRound aria-hidden size={15} />}
                  onClick={() =>
                    change.mutate({
                      params: { ...path.params, header: { "if-match": `"${trigger.revision}"` } },
                      body: { owner: session.person.id },
                    })
                  }
                >
                  {t("triggers.takeOver")}
                </Menu.Item>
              )}
              <Menu.Divider />
              <Menu.Item color="red" leftSection={<Trash2 aria-hidden size={15} />} onClick={() => setDeleting(true)}>
                {t("triggers.delete")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      )}
      {!mayWrite && onLog && (
        <Button size="xs" variant="default" onClick={onLog}>
          {t("triggers.log")}
        </Button>
      )}
      <div className={classes.notes}>
        {paused && <Paused paused={paused} title={t("triggers.paused")} />}
        <Wrong trigger={trigger} />
        {!isSaid && <ProblemAlert error={error} />}
      </div>
      {isDeleting && (
        <Confirm
          title={t("triggers.delete.what", { name: trigger.name })}
          act={t("triggers.delete")}
          isBusy={remove.isPending}
          error={remove.error}
          onClose={() => setDeleting(false)}
          onConfirm={() => remove.mutate(path)}
        >
          {t("triggers.delete.why")}
        </Confirm>
      )}
    </li>
  );
}
