import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { LiveRegion } from "@/kit/announce";
import { isProblem } from "@/kit/problem";
import { makeRouter } from "./router";
import { cssVariables, makeTheme } from "./theme";

/** The page carries the nonce under which styles may be added: the policy of the server allows no others. */
export const styleNonce = (): string => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce || "";

const makeClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (times, error) => times < 2 && isProblem(error) && error.code === "offline",
      },
    },
  });

export function App() {
  const { t, i18n } = useTranslation();
  const [client] = useState(makeClient);
  const [router] = useState(() => makeRouter(client));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names follow the language
  const theme = useMemo(() => makeTheme(t("kit.close")), [i18n.language]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
        <LiveRegion />
      </QueryClientProvider>
    </MantineProvider>
  );
}
