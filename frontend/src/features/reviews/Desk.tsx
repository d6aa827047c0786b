import { Button, NativeSelect } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Coffee } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { KeysHelp } from "@/kit/KeysHelp";
import { type Keys, useKeys } from "@/kit/keys";
import { Card, Page } from "@/kit/Page";
import { useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import classes from "./Desk.module.css";
import { DeskRow } from "./DeskRow";
import { asTasks, useDesk, WHOSE } from "./useDesk";

/** What waits for judgement. `j` and `k` move, Enter opens; the filters stand in the address. */
export function Desk() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/reviews" });
  const whose = search.whose ?? "mine";
  const desk = useDesk(search);
  const list = useRef<HTMLUListElement>(null);
  const tasks = asTasks(desk.data?.pages.flatMap((page) => page.items) ?? [], whose);
  useKeys(moving(list));
  return (
    <Page
      title={t("reviews.title")}
      actions={
        <KeysHelp
          rows={[
            { keys: ["j", "k"], does: t("reviews.keys.move") },
            { keys: ["Enter"], does: t("reviews.keys.open") },
            { keys: ["?"], does: t("reviews.keys.help") },
          ]}
        />
      }
    >
      <Filters />
      <Card>
        {desk.isPending && <Loading lines={6} />}
        {desk.error && <Failure error={desk.error} onRetry={() => desk.refetch()} />}
        {desk.data && tasks.length === 0 && (
          <Empty art={<Coffee aria-hidden size={30} strokeWidth={1.6} />} title={t(`reviews.none.${whose}`)}>
            {t(`reviews.none.${whose}.why`)}
          </Empty>
        )}
        {tasks.length > 0 && (
          <ul className={classes.list} ref={list} aria-label={t(`reviews.whose.${whose}`)}>
            {tasks.map((task) => (
              <DeskRow key={task.first.id} task={task} search={search} />
            ))}
          </ul>
        )}
      </Card>
      {desk.hasNextPage && (
        <Button variant="default" mt="md" loading={desk.isFetchingNextPage} onClick={() => desk.fetchNextPage()}>
          {t("kit.more")}
        </Button>
      )}
    </Page>
  );
}

function moving(list: React.RefObject<HTMLUListElement | null>): Keys {
  const go = (by: number) => (): void => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a[data-row]") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  };
  return { j: go(1), k: go(-1), ArrowDown: go(1), ArrowUp: go(-1) };
}

function Filters() {
  const { t } = useTranslation();
  const { teams } = useSession();
  const navigate = useNavigate();
  const search = useSearch({ from: "/inside/reviews" });
  return (
    <div className={classes.filters}>
      <nav className={classes.whose} aria-label={t("reviews.filter")}>
        {WHOSE.map((each) => (
          <Link
            key={each}
            to="/reviews"
            search={{ ...search, whose: each === "mine" ? undefined : each }}
            className={classes.tab}
            activeOptions={{ exact: true, includeSearch: true }}
            activeProps={{ "aria-current": "page" }}
          >
            {t(`reviews.whose.${each}`)}
          </Link>
        ))}
      </nav>
      {teams.length > 1 && (
        <NativeSelect
          aria-label={t("reviews.team")}
          value={search.team ?? ""}
          data={[
            { value: "", label: t("reviews.team.all") },
            ...teams.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) =>
            navigate({ to: "/reviews", search: { ...search, team: event.currentTarget.value || undefined } })
          }
        />
      )}
    </div>
  );
}
