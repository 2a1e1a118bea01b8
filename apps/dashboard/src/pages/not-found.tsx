import { Compass } from 'lucide-react';
import { Link } from 'wouter';
import { Page } from '../app/page.tsx';
import { Empty } from '../components/empty.tsx';

export function NotFound() {
  return (
    <Page title="No such page">
      <Empty
        icon={Compass}
        title="There is no page at this address"
        action={
          <Link href="/" className="font-medium underline underline-offset-2">
            Go to the overview
          </Link>
        }
      >
        The link may be from another version of Greenlight.
      </Empty>
    </Page>
  );
}
