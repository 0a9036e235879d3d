using System.Collections.Immutable;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;
using Bartizan.Records.Queries;

namespace Bartizan.Cli.Commands;

/// <summary>The sessions that read for another, or were its tool servers: each says so in its first entry.</summary>
internal static class SessionsBelow
{
    /// <summary>Finds them.</summary>
    public static async Task<ImmutableArray<EntryRow>> FindAsync(
        LogSearch log,
        SessionId session,
        CancellationToken cancellationToken
    )
    {
        if (!LogQuery.TryParse($"kind:state \"{Of(session)}\"", DateTimeOffset.UnixEpoch, out var query, out _))
        {
            return [];
        }

        var rows = await log.FindAsync(query, LogPage.All, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. rows.Where(row =>
                row.Entry is { Detail: "preparing", Reason: { } said }
                && said.EndsWith(Of(session), StringComparison.Ordinal)
            ),
        ];
    }

    /// <summary>One of them, in a line.</summary>
    public static string Text(EntryRow row, SessionId session) =>
        $"{row.Entry.Reason![..^Of(session).Length]} in session {row.Entry.Session}";

    private static string Of(SessionId session) => $" of session {session}";
}
