import { Button, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { Card, Part } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";

/** Asks the provider what it says of itself, and says what that means. */
export function Tried() {
  const { t } = useTranslation();
  const test = query.useMutation("post", "/api/identity-provider/test");
  return (
    <Part
      title={t("identity.test")}
      why={t("identity.test.why")}
      actions={
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate({})}>
          {t("identity.test.do")}
        </Button>
      }
    >
      <ProblemAlert error={test.error} />
      {test.data && (
        <Card padded>
          <div role="status">
            <Text fw={600} mb="xs">
              {t(test.data.ok ? "identity.test.ok" : "identity.test.bad")}
            </Text>
            <List spacing={4} size="sm">
              {test.data.said.map(({ found, sentence, params }) => (
                <List.Item key={found}>
                  {found === "wrong"
                    ? sentence
                    : t(`identity.found.${found}` as "identity.found.answers", params as { issuer: string })}
                </List.Item>
              ))}
            </List>
          </div>
        </Card>
      )}
    </Part>
  );
}
