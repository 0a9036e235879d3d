using Bartizan.Client;
using Bartizan.Client.Custody;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Evidence;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Custody;

/// <summary>
/// Records who takes a session's evidence out of the house, then signs for the bundle with the log's key. The entry comes first: no bundle
/// is signed for that the log doesn't know of.
/// </summary>
internal sealed class CustodyDesk(Journal journal, TimeProvider clock)
{
    /// <summary>What the entry says.</summary>
    public const string Detail = "evidence exported";

    private const int Usage = 2;

    /// <summary>Records and signs.</summary>
    /// <exception cref="ControlException">When it isn't about a session and a digest.</exception>
    public async Task<CustodyReply> SignAsync(
        CustodyRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        if (!SessionId.TryParse(request.Session, out var session) || !Digest.TryParse(request.Digest, out var files))
        {
            throw new ControlException(new ControlProblem(Usage, "it needs a session and the digest of a bundle"));
        }

        var index = await journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Session = session,
                    Person = person,
                    Detail = Detail,
                    Reason = $"bundle {files}, {(request.Payloads ? "with" : "without")} payloads",
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        var statement = new CustodyStatement(journal.Log.Origin, session, files, person, clock.GetUtcNow(), index);
        return new CustodyReply(journal.Log.SignStatement(statement.Body()), index);
    }
}
