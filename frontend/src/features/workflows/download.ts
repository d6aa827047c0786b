import { api } from "@/api/client";

/** Saves a workflow as a file, as the draft is or as a version was made; what stood in the way, or null. */
export async function download(workflow: string, version?: number): Promise<unknown> {
  const { data, error, response } = await api.GET("/api/workflows/{workflow}/export", {
    params: { path: { workflow }, query: { version } },
    parseAs: "blob",
  });
  if (!data) return error;
  const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const address = URL.createObjectURL(data as Blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = named ?? "workflow.yaml";
  link.click();
  URL.revokeObjectURL(address);
  return null;
}
