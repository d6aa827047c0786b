import { Select, UnstyledButton } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { CircleMinus, CirclePlus, Pencil } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { edgeKey, type Paint, Painted } from "@/features/canvas/Painted";
import {
  compareGraphs,
  graphAt,
  type JsonRecord,
  nameOf,
  parseWorkflow,
  pathOf,
  placeOf,
  unionOf,
  type Workflow,
} from "@/graph";
import { ButtonLink } from "@/kit/ButtonLink";
import { Page, Part } from "@/kit/Page";
import { Empty, Failure, Loading } from "@/kit/states";
import { type ChangeRow, changeWords } from "./changes";
import classes from "./versions.module.css";

const SIGNS = { added: CirclePlus, removed: CircleMinus, changed: Pencil } as const;

/** Two versions, or one and the draft: what differs in meaning, as a list and drawn. Positions count for nothing. */
export function Compare() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/inside/workflows/$id/compare" });
  const { from, to } = useSearch({ from: "/inside/workflows/$id/compare" });
  const init = { params: { path: { workflow: id } } };
  const workflow = query.useQuery("get", "/api/workflows/{workflow}", init);
  const changes = query.useQuery("get", "/api/workflows/{workflow}/compare", {
    params: { ...init.params, query: { from, to } },
  });
  const before = useSource(id, from);
  const after = useSource(id, to);
  const failed = [workflow, changes, before, after].find((each) => each.error);
  return (
    <Page
      title={t("compare.title", { name: workflow.data?.name ?? "" })}
      lead={t("compare.lead")}
      actions={
        <ButtonLink to="/workflows/$id/versions" params={{ id }} variant="default">
          {t("versions.title")}
        </ButtonLink>
      }
    >
      <Sides id={id} from={from} to={to} />
      {failed ? (
        <Failure error={failed.error} onRetry={() => failed.refetch()} />
      ) : changes.data && before.data && after.data ? (
        <Differences before={before.data} after={after.data} changes={changes.data} />
      ) : (
        <Loading lines={6} />
      )}
    </Page>
  );
}

/** What was written: of a version, or of the draft. */
function useSource(id: string, number: number | undefined) {
  const draft = query.useQuery(
    "get",
    "/api/workflows/{workflow}/draft",
    { params: { path: { workflow: id } } },
    { enabled: number === undefined, staleTime: 0 },
  );
  const version = query.useQuery(
    "get",
    "/api/workflows/{workflow}/versions/{number}",
    { params: { path: { workflow: id, number: number ?? 1 } } },
    { enabled: number !== undefined },
  );
  const asked = number === undefined ? draft : version;
  const graph = number === undefined ? draft.data?.graph : version.data?.source;
  const data = useMemo(
    () => graph && parseWorkflow({ ...(graph as JsonRecord), handrail: 1, name: "compared" }),
    [graph],
  );
  return { data, error: asked.error, refetch: asked.refetch };
}

function Sides({ id, from, to }: { id: string; from: number | undefined; to: number | undefined }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const versions = query.useQuery("get", "/api/workflows/{workflow}/versions", {
    params: { path: { workflow: id }, query: { size: 100 } },
  });
  const data = [
    { value: "draft", label: t("compare.draft") },
    ...(versions.data?.items ?? []).map(({ number, note }) => ({
      value: String(number),
      label: note ? `${t("versions.number", { number })} · ${note}` : t("versions.number", { number }),
    })),
  ];
  const set = (side: "from" | "to", value: string | null): void => {
    const number = value === null || value === "draft" ? undefined : Number(value);
    const next = { from, to, [side]: number };
    navigate({ to: "/workflows/$id/compare", params: { id }, search: next, replace: true });
  };
  return (
    <div className={classes.sides}>
      <Select
        label={t("compare.from")}
        data={data}
        value={String(from ?? "draft")}
        onChange={(value) => set("from", value)}
      />
      <Select
        label={t("compare.to")}
        data={data}
        value={String(to ?? "draft")}
        onChange={(value) => set("to", value)}
      />
    </div>
  );
}

function Differences({ before, after, changes }: { before: Workflow; after: Workflow; changes: ChangeRow[] }) {
  const { t } = useTranslation();
  const [selected, setSelected] = useState<string | null>(null);
  const whole = useMemo(() => unionOf(before, after), [before, after]);
  const { steps, edges } = useMemo(() => {
    const change = compareGraphs(before, after);
    return {
      steps: Object.fromEntries(
        [...change.nodes].map(([path, is]): [string, Paint] => [path, { tone: is, words: t(`compare.${is}`) }]),
      ),
      edges: Object.fromEntries(
        change.edges.map(({ place, edge, is }) => [
          edgeKey({ from: pathOf(place, edge.from), to: pathOf(place, edge.to) }),
          is,
        ]),
      ),
    };
  }, [before, after, t]);
  const name = (path: string): string => {
    const { place, id } = placeOf(path);
    return nameOf(graphAt(whole, place) ?? whole, id);
  };
  if (changes.length === 0) return <Empty title={t("compare.same")}>{t("compare.same.why")}</Empty>;
  return (
    <div className={classes.compare}>
      <Part title={t("compare.list", { count: changes.length })}>
        <ol className={classes.changes}>
          {changes.map((change) => {
            const turn = change.code.split("_")[1] as keyof typeof SIGNS;
            const Sign = SIGNS[turn] ?? Pencil;
            const words = (
              <>
                <Sign aria-hidden size={16} className={classes.sign} data-turn={turn} />
                <span>{changeWords(change, t, name)}</span>
              </>
            );
            const key = `${change.code} ${change.node} ${change.field}`;
            const { node } = change;
            return (
              <li key={key}>
                {node === null ? (
                  <div className={classes.change}>{words}</div>
                ) : (
                  <UnstyledButton
                    className={classes.change}
                    aria-pressed={selected === node}
                    onClick={() => setSelected(node)}
                  >
                    {words}
                  </UnstyledButton>
                )}
              </li>
            );
          })}
        </ol>
      </Part>
      <Part title={t("compare.drawing")}>
        <div className={classes.drawing}>
          <Painted
            graph={whole}
            label={t("compare.drawing")}
            steps={steps}
            edges={edges}
            selected={selected}
            onSelect={setSelected}
          />
        </div>
      </Part>
    </div>
  );
}
