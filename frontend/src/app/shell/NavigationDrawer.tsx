import { Drawer } from "@mantine/core";
import { Logo } from "./Logo";
import { Navigation } from "./Navigation";
import classes from "./NavigationDrawer.module.css";
import { PersonMenu } from "./PersonMenu";

/** The navigation on a phone. */
export function NavigationDrawer({ onClose }: { onClose: () => void }) {
  return (
    <Drawer opened onClose={onClose} size={280} title={<Logo />} padding="sm">
      <Navigation />
      <div className={classes.foot}>
        <PersonMenu />
      </div>
    </Drawer>
  );
}
