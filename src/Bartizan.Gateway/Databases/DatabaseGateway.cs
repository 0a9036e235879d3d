using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Databases;

/// <summary>
/// The enforcement point for the statements that agents send to PostgreSQL: <c>tool DATABASE/select</c> and so on. What comes in: the
/// listener of a sandbox, which is the session's identity; no password. What goes out: statements that were understood and granted, written
/// anew, as a role that was made for this session and may do no more than its rules say.
/// <code>
///  agent                         database gateway                                   server
///  start-up            ──  1 which of the manifest's databases
///                          2 the session's role is made, or known ── TLS, SCRAM-SHA-256 ──  signed in
///  Query, Parse, Bind  ──  3 read each statement; what isn't understood is refused
///  Query, Execute      ──  4 monitor.RequestAsync: tool DATABASE/VERB, the statement its argument
///                          5 granted: written anew, every name with its schema ───────────  runs
///                            refused: something that can't be read is sent in its place ──  error; the transaction
///                            fails as it would by any error, and the agent is told why      stays the server's
///  rows                ──  6 looked at by the guards, in pieces ───────────────────────────  rows
/// </code>
/// It never decides, and never keeps a row.
/// </summary>
public sealed class DatabaseGateway(
    ReferenceMonitor monitor,
    IDatabaseRoles roles,
    TimeProvider clock,
    DatabaseOptions options
)
{
    /// <summary>Serves the listener of one sandbox until the binding is disposed or the session is revoked; it owns the socket.</summary>
    public DatabaseBinding Bind(Session session, Socket listener)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(listener);
        return new DatabaseBinding(new DatabaseWiring(monitor, roles, session, clock, options), listener);
    }
}
