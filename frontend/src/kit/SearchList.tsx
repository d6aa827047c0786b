import { Text, TextInput, UnstyledButton } from "@mantine/core";
import { Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import classes from "./SearchList.module.css";

/** A search field over a list: arrows choose, Enter takes, the mouse does both. What is off stays, and says why. */
export function SearchList<Item>({
  name,
  find,
  keyOf,
  isOff,
  onTake,
  render,
  nothing,
}: {
  name: string;
  find: (words: string) => Item[];
  keyOf: (item: Item) => string;
  isOff: (item: Item) => boolean;
  onTake: (item: Item) => void;
  render: (item: Item) => ReactNode;
  nothing: (words: string) => string;
}) {
  const list = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const items = find(words);
  const chosen = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen one is another when `at` changes
  useEffect(() => {
    chosen.current?.scrollIntoView?.({ block: "nearest" });
  }, [at]);

  const take = (item: Item | undefined): void => {
    if (item !== undefined && !isOff(item)) onTake(item);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) setAt((was) => Math.min(Math.max(was + step, 0), items.length - 1));
    else if (event.key === "Enter") take(items[at]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        data-autofocus
        role="combobox"
        aria-label={name}
        aria-expanded
        aria-controls={list}
        aria-activedescendant={items[at] === undefined ? undefined : `${list}-${at}`}
        placeholder={name}
        leftSection={<Search aria-hidden size={16} />}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div role="listbox" id={list} aria-label={name} className={classes.list}>
        {items.map((item, index) => (
          <UnstyledButton
            key={keyOf(item)}
            ref={index === at ? chosen : undefined}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            aria-disabled={isOff(item)}
            className={classes.choice}
            onClick={() => take(item)}
          >
            {render(item)}
          </UnstyledButton>
        ))}
      </div>
      {items.length === 0 && (
        <Text c="dimmed" size="sm" p="md" ta="center" role="status">
          {nothing(words)}
        </Text>
      )}
    </>
  );
}
