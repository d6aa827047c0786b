import { Settings } from "@/features/settings/Settings";
import { Preferences } from "./shell/Preferences";

/** What is mine: the feature, with the choice of language and colours that the frame has too. */
export function SettingsPage() {
  return <Settings preferences={<Preferences />} />;
}
