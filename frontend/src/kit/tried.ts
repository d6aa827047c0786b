/** What a test of a credential, a model connection or an MCP server said, in the person's language; else as the server said it. */

import type { TFunction } from "i18next";

const KNOWN: readonly [pattern: RegExp, key: string][] = [
  [/^(?<host>\S+) answered with status (?<status>\d+)\.$/, "status"],
  [/^(?<host>\S+) does not accept it: it answered with status (?<status>\d+)\.$/, "refused"],
  [/^(?<host>\S+) answered with status (?<status>\d+); whether it accepts it cannot be told\.$/, "unclear"],
  [/^The tool '(?<tool>.+)' of “(?<server>.+)” is described otherwise than when it was approved\.$/, "toolChanged"],
  [/^The server “(?<server>.+)” has no tool '(?<tool>.+)' any more\.$/, "toolGone"],
  [/^The MCP server answered with status (?<status>\d+)\.$/, "mcpStatus"],
  [/^The MCP server points elsewhere\. .+$/, "mcpMoved"],
  [/^The MCP server did not answer as its protocol says\.$/, "mcpUnreadable"],
  [/^The MCP server refused the request.*\.$/, "mcpRefused"],
  [/^The host (?<host>\S+) is not reached: its address is .+ IT can allow (?<place>\S+)\.$/, "notAllowed"],
  [/^(?<host>\S+) answers with more than (?<most>[\d,]+) bytes\.$/, "tooLong"],
  [/^(?<host>\S+) answers with (?<what>\S+), not with .+\.$/, "media"],
  [/^It opens\. .+$/, "opens"],
  [/^(?<host>\S+) does not accept the user or the password \(code (?<code>\d+)\)\.$/, "signIn"],
  [/^(?<host>\S+) let it in\.$/, "letIn"],
  [/^(?<host>\S+) answers; it needs no sign-in\.$/, "answers"],
  [/^The database let it in and answered\.$/, "database"],
  [/^The database cannot be used: (?<what>\w+)\.$/, "noDatabase"],
  [/^The database refused the sign-in\.$/, "databaseSignIn"],
  [/^The database offers no TLS, or did not prove who it is\.$/, "databaseTls"],
  [/^The driver for (?<what>\w+) is not installed here\.$/, "driver"],
  [/^(?<host>\S+) offers no encryption\.$/, "plain"],
  [/^(?<host>\S+) offers no sign-in\.$/, "noSignIn"],
  [/^The certificate of (?<host>\S+) is not trusted(?:\.|, or it does not speak TLS at port \d+\.)$/, "certificate"],
  [/^(?<host>\S+:\d+) cannot be used: (?<what>\w+)\.$/, "noMail"],
  [/^The address of the database cannot be read\.$/, "noAddress"],
  [/^(?<model>.+) answered, with (?<given>\d+) tokens in and (?<made>\d+) out\.$/, "model"],
  [/^The name (?<host>\S+) is not known\.$/, "unknown"],
  [/^(?<host>\S+) (?:did not answer within .+ seconds|took no connection in time)\.$/, "late"],
  [/^The name (?<host>\S+) could not be looked up just now\.$/, "notNow"],
  [/^(?<host>\S+) cannot be reached: nothing answers there\.$/, "unreachable"],
];

export function sayTried(said: string, t: TFunction): string {
  const say = t as unknown as (key: string, values: Record<string, string>) => string;
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(said);
    if (found) return say(`tried.${key}`, { ...found.groups });
  }
  return said;
}
