import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { configure, render, screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { SignIn } from "@/features/session/SignIn";
import { startTexts } from "./language";
import { makeTheme } from "./theme";

configure({ asyncUtilTimeout: 8000 });
beforeAll(() => startTexts("en", "rest"));
afterEach(() => vi.unstubAllGlobals());

type Ways = { company: string | null; passwords: boolean; ask: string };

/** The page of sign-in where these ways are open. */
function show(ways: Ways, address = "/sign-in", first_run = false): void {
  vi.stubGlobal("fetch", async (request: Request) =>
    Response.json(new URL(request.url).pathname === "/api/sign-in" ? ways : { person: null, first_run }),
  );
  const root = createRootRoute({ component: Outlet });
  const page = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignIn });
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  render(
    <MantineProvider theme={makeTheme("Close")} env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const button = (name: string) => screen.findByRole<HTMLAnchorElement>("link", { name });

it("offers the company's sign-in, and leads on to the page that was wanted", async () => {
  show({ company: "Acme", passwords: true, ask: "" }, "/sign-in?to=/reviews");
  expect((await button("Sign in with Acme")).getAttribute("href")).toBe("/api/sign-in/company?to=%2Freviews");
  expect(screen.getByLabelText("Password")).toBeDefined();
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
});

it("leads to no other site, and asks for no password where none opens", async () => {
  show({ company: "Acme", passwords: false, ask: "" }, "/sign-in?to=//evil.example");
  expect((await button("Sign in with Acme")).getAttribute("href")).toBe("/api/sign-in/company?to=%2F");
  expect(screen.queryByLabelText("Password")).toBeNull();
});

it("says in words what went wrong, and whom to ask", async () => {
  show({ company: "Acme", passwords: true, ask: "the help desk" }, "/sign-in?problem=no_groups");
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("None of your groups gives you anything here.");
  expect((await screen.findByText("Ask the help desk.")).tagName).toBeDefined();
});

it("shows no word of an address that it does not know", async () => {
  show({ company: null, passwords: true, ask: "" }, "/sign-in?problem=Call%20this%20number");
  expect((await screen.findByRole("alert")).textContent).toContain("refused to say who you are");
  expect(document.body.textContent).not.toContain("this number");
});

it("offers the company's sign-in before anybody has a password", async () => {
  show({ company: "Acme", passwords: true, ask: "" }, "/sign-in", true);
  await button("Sign in with Acme");
});
