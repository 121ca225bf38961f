import { Component, type ReactNode } from 'react';
import { Button } from '../pieces/button.tsx';

interface ErrorBoundaryProps {
  children: ReactNode;
  /** Changing it, as by going to another page, tries again. */
  resetKey?: string;
}

interface ErrorBoundaryState {
  broken: boolean;
  resetKey: string | undefined;
}

/** A part of the page that failed says so in place, and leaves the rest alone. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { broken: false, resetKey: this.props.resetKey };

  static getDerivedStateFromError(): Partial<ErrorBoundaryState> {
    return { broken: true };
  }

  static getDerivedStateFromProps(
    props: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): Partial<ErrorBoundaryState> | null {
    return props.resetKey === state.resetKey ? null : { broken: false, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <div role="alert" className="mx-auto flex max-w-md flex-col items-center px-4 py-12 text-center">
        <h2 className="text-heading font-semibold">This page stopped working</h2>
        <p className="mt-1 text-ink-soft">
          Messages that were sent are safe, and what waits to go out is kept on this device. Load the page again to go
          on.
        </p>
        <div className="mt-4 flex flex-wrap justify-center gap-2">
          <Button look="primary" onClick={() => location.reload()}>
            Load again
          </Button>
          <Button onClick={() => location.assign('/')}>Go to the dashboard</Button>
        </div>
      </div>
    );
  }
}
