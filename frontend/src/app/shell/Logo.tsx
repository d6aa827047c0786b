import classes from "./Logo.module.css";

/** The mark and the word. */
export function Logo() {
  return (
    <span className={classes.logo}>
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path
          d="M7 11.5c6 0 6.500 9 18 9M10 12v12M16 15.500V24M22 20v4"
          fill="none"
          stroke="#fff"
          strokeWidth="2.6"
          strokeLinecap="round"
        />
      </svg>
      <span translate="no" data-word>
        Handrail
      </span>
    </span>
  );
}
