import { Handle, type NodeProps, Position } from "@xyflow/react";
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CirclePlus,
  CircleX,
  Hourglass,
  Info,
  LoaderCircle,
  Pencil,
  Route,
  TriangleAlert,
} from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { ERROR_PORT } from "@/graph";
import { KindIcon } from "@/kit/KindIcon";
import type { DrawnNode } from "./draw";

const MARKS = { error: CircleAlert, warning: TriangleAlert, note: Info } as const;
const SIGNS = {
  good: CircleCheck,
  bad: CircleX,
  warn: Hourglass,
  busy: LoaderCircle,
  quiet: CircleDashed,
  added: CirclePlus,
  removed: CircleMinus,
  changed: Pencil,
  way: Route,
} as const;

type Step = Extract<DrawnNode, { type: "step" }>;

/** One step. At most 20 elements: the number of nodes times this is what the browser has to draw. */
export const StepNode = memo(function StepNode({ id, data, selected }: NodeProps<Step>) {
  const { t } = useTranslation();
  const Mark = data.worst && MARKS[data.worst];
  const Sign = data.paint && SIGNS[data.paint.tone];
  const isOneWay = data.ports.length === 1;
  return (
    <div
      className="step"
      data-selected={selected || undefined}
      data-locked={data.isLocked || undefined}
      data-tone={data.paint?.tone}
    >
      <button type="button" className="face" data-path={id} aria-pressed={selected === true}>
        <KindIcon kind={data.kind} isLocked={data.isLocked} />
        <span className="words">
          <span className="title">{data.title}</span>
          <span className="kind">
            {Sign && (
              <Sign
                {...(data.paint?.state && !data.paint.words.startsWith(data.paint.state)
                  ? { role: "img", "aria-label": data.paint.state }
                  : { "aria-hidden": true })}
                size={13}
                strokeWidth={2.4}
                className="sign"
              />
            )}
            {data.paint?.words || (data.requiredBy ? t("node.requiredBy", { template: data.requiredBy }) : data.type)}
          </span>
        </span>
        {Mark && !Sign && (
          <Mark
            role="img"
            aria-label={t("findings.count", { count: data.findings })}
            size={15}
            className="mark"
            data-severity={data.worst}
          />
        )}
      </button>
      <Handle
        type="target"
        position={Position.Left}
        role="button"
        aria-label={t("canvas.into", { what: data.title })}
        isConnectable={!data.isLocked}
      />
      {data.ports.map((port) => (
        <span key={port.name} className={isOneWay ? "only" : "port"}>
          {!isOneWay && <span className="port-name">{port.title || port.name}</span>}
          <Handle
            id={port.name}
            type="source"
            position={Position.Right}
            role="button"
            aria-label={t("canvas.outOf", { what: data.title, port: port.title || port.name })}
            isConnectable={!data.isLocked}
          />
        </span>
      ))}
      {data.hasErrorEdge && (
        <span className="port error">
          {t("port.error")}
          <Handle id={ERROR_PORT} type="source" position={Position.Right} role="button" aria-label={t("port.error")} />
        </span>
      )}
    </div>
  );
});
