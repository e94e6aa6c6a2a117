import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ErrorState } from './ErrorState';

describe('ErrorState', () => {
  it('shows code, message, field, value, retry and request id', () => {
    const html = renderToStaticMarkup(
      <ErrorState
        fault={{ code: 'BAD_REQUEST', message: 'spec.n: expected > 0; got -3', field: 'spec.n', value: '-3', hint: 'Choose a size.', requestId: '7f3a-11c2' }}
        onRetry={() => {}}
      />,
    );
    for (const part of ['BAD_REQUEST', 'expected &gt; 0', 'spec.n', '-3', 'Choose a size.', '7f3a-11c2', 'Retry', 'role="alert"']) expect(html).toContain(part);
  });
  it('leaves out what is not known, and never renders a message as HTML', () => {
    const html = renderToStaticMarkup(<ErrorState fault={{ code: 'NOT_FOUND', message: '<script>alert(1)</script>' }} />);
    expect(html).not.toMatch(/<script|Retry|request |field/);
  });
});
