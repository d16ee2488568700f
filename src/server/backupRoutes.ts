/** Backups, made and listed by administrators. */
import type { Backups } from './backups.js';
import { isDryRun, okReply, type Reply, refuse, wouldChange } from './reply.js';
import type { Handler, RouteRequest } from './routes.js';

export const getBackups = withBackups(async ({ backups }) => okReply({ backups: await backups.list() }));

export const postBackup = withBackups(async ({ backups, access, caller, query }) => {
  if (isDryRun(query)) return wouldChange('a backup would be made');
  const made = await backups.make();
  await access?.audit.add({ what: 'backup', by: caller.id, backup: made.backup });
  return okReply(made);
});

type With = RouteRequest & { readonly backups: Backups };

function withBackups(handler: (request: With) => Promise<Reply>): Handler {
  return async (_host, request) => {
    const { backups } = request;
    if (backups === null) throw refuse('no_backups');
    return handler({ ...request, backups });
  };
}
