/** Sending a file. `fetch` does not say how far a body is, so this is the one call that goes another way. */

import { type FileView, heldToken, type Problem } from "./client";

/**
 * @param onShare how much has left, 0 to 1.
 * @returns what the server made of it, or why not; null when it was stopped.
 */
export function uploadFile(
  team: string,
  file: File,
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<FileView | Problem | null> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/files?${new URLSearchParams({ team, name: file.name })}`);
    request.setRequestHeader("X-CSRF-Token", heldToken());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onShare(event.loaded / event.total);
    };
    request.onload = () => resolve(read(request.responseText));
    request.onerror = () => resolve(AWAY);
    request.onabort = () => resolve(null);
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

const AWAY: Problem = { code: "unreachable", sentence: "Handrail cannot be reached." };

function read(text: string): FileView | Problem {
  try {
    return JSON.parse(text) as FileView | Problem;
  } catch {
    return AWAY;
  }
}
