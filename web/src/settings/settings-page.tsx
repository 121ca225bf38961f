import type { ErrorBody } from '@hallway/contracts';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { useHallway, useMe } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine } from '../pieces/fault-notice.tsx';
import { Card, Page, Section } from '../pieces/page.tsx';
import { SecuritySection } from '../security/security-section.tsx';
import { actionWords } from '../words/fault-words.ts';
import { BlockedPeople } from './blocked-people.tsx';
import { changePreferences, type Theme, usePreferences } from './preferences.ts';
import { SessionList } from './session-list.tsx';

const themes: { value: Theme; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

interface ChoiceProps {
  name: string;
  checked: boolean;
  onPick: () => void;
  children: ReactNode;
}

function Choice({ name, checked, onPick, children }: ChoiceProps) {
  return (
    <label className="flex min-h-9 touch:min-h-11 items-center gap-3 py-1">
      <input type="radio" name={name} checked={checked} onChange={onPick} className="size-4 shrink-0 accent-accent" />
      <span>{children}</span>
    </label>
  );
}

function ThemeChoice() {
  const { theme } = usePreferences();
  return (
    <fieldset className="p-4">
      <legend className="float-left w-full pb-1 font-medium">Theme</legend>
      <div className="clear-both">
        {themes.map(({ value, label }) => (
          <Choice key={value} name="theme" checked={theme === value} onPick={() => changePreferences({ theme: value })}>
            {label}
          </Choice>
        ))}
      </div>
    </fieldset>
  );
}

function EnterChoice() {
  const { enterSends } = usePreferences();
  return (
    <fieldset className="p-4">
      <legend className="float-left w-full pb-1 font-medium">The Enter key</legend>
      <div className="clear-both">
        <Choice name="enter" checked={enterSends} onPick={() => changePreferences({ enterSends: true })}>
          Sends the message; Shift and Enter break the line
        </Choice>
        <Choice name="enter" checked={!enterSends} onPick={() => changePreferences({ enterSends: false })}>
          Breaks the line; Ctrl or ⌘ and Enter send the message
        </Choice>
        <p className="text-small text-ink-soft">On a touch screen Enter always breaks the line and the button sends.</p>
      </div>
    </fieldset>
  );
}

function SignOut() {
  const client = useHallway();
  const me = useMe();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const signOut = async () => {
    setBusy(true);
    setFault(null);
    try {
      await client.signOut();
      // Whoever signs in next starts at the beginning, not in somebody else's settings.
      await navigate('/', { replace: true });
    } catch (thrown) {
      setFault(toFault(thrown));
      setBusy(false);
    }
  };
  return (
    <Card className="flex flex-col gap-3 p-4">
      <p>
        You are signed in as <strong className="font-semibold">{me.name}</strong>.
      </p>
      <p className="text-small text-ink-soft">
        Drafts, and messages that have not gone out, stay on this device until you sign in here again.
      </p>
      <div>
        <Button onClick={() => void signOut()} disabled={busy}>
          Sign out
        </Button>
      </div>
      {fault === null ? null : <FaultLine fault={fault} words={actionWords(fault, 'Signing out')} />}
    </Card>
  );
}

export function SettingsPage() {
  return (
    <Page title="Settings">
      <Section title="On this device">
        <Card className="divide-y divide-line">
          <ThemeChoice />
          <EnterChoice />
        </Card>
      </Section>
      <Section title="Notifications">
        <Card className="p-4">
          <p>While Hallway is open, what is unread is counted in the list and in the title of the browser tab.</p>
          <p className="mt-1 text-small text-ink-soft">
            Hallway does not send push notifications or emails to you. Messages wait here until you come.
          </p>
        </Card>
      </Section>
      <Section title="Privacy">
        <BlockedPeople />
      </Section>
      <Section title="Security">
        <SecuritySection />
      </Section>
      <Section title="Where you are signed in">
        <SessionList />
      </Section>
      <Section title="Account">
        <SignOut />
      </Section>
    </Page>
  );
}
