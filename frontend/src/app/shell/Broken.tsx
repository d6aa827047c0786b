import { Button, Container } from "@mantine/core";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Empty, Failure } from "@/kit/states";

/** A page that could not be shown. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <Container component="main" size="sm" pt={80}>
      <Failure error={error} onRetry={reset} />
    </Container>
  );
}

/** An address behind which there is nothing. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <Container component="section" size="sm" pt={80}>
      <Empty
        title={t("shell.notFound")}
        action={
          <Button component={Link} to="/" variant="default">
            {t("shell.toHome")}
          </Button>
        }
      >
        {t("shell.notFound.why")}
      </Empty>
    </Container>
  );
}
