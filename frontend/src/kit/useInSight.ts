import { type RefObject, useEffect, useRef } from "react";

/** Brings an element into sight each time that it says something new: in a long form it may stand above what is seen. */
export function useInSight(said: unknown): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (said) place.current?.scrollIntoView?.({ block: "nearest" });
  }, [said]);
  return place;
}
