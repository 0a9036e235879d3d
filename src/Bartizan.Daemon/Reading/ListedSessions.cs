using System.Collections.Immutable;
using Bartizan.Client.Sessions;

namespace Bartizan.Daemon.Reading;

/// <summary>The live sessions at one look, each with the look at which it was last found changed.</summary>
/// <param name="Look">The number of the look; it grows.</param>
/// <param name="Changes">How many changes the sessions had told of before it.</param>
/// <param name="IsSettled">False when changes were told of since the look before: an entry is told of before what it says is so.</param>
/// <param name="Sessions">The sessions by id.</param>
internal sealed record ListedSessions(
    long Look,
    long Changes,
    bool IsSettled,
    ImmutableDictionary<string, (SessionSummary Session, long Look)> Sessions
)
{
    /// <summary>Before the first look.</summary>
    public static ListedSessions None { get; } =
        new(0, -1, false, ImmutableDictionary<string, (SessionSummary Session, long Look)>.Empty);

    /// <summary>The next look.</summary>
    public ListedSessions Next(long changes, IReadOnlyList<SessionSummary> all)
    {
        var look = Look + 1;
        return new ListedSessions(
            look,
            changes,
            changes == Changes,
            all.ToImmutableDictionary(
                session => session.Session,
                session =>
                    Sessions.TryGetValue(session.Session, out var before) && IsSame(before.Session, session)
                        ? before
                        : (session, look),
                StringComparer.Ordinal
            )
        );
    }

    // A record compares its lists by reference, and these are made anew at each look.
    private static bool IsSame(SessionSummary one, SessionSummary other) =>
        one.Budgets.SequenceEqual(other.Budgets) && one with { Budgets = [] } == other with { Budgets = [] };
}
