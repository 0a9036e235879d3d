using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Journals;

namespace Bartizan.Records.Erasures;

/// <summary>
/// Erases payloads by destroying the key and salts of their session, and says so in the log:
/// <code>
/// nothing held, nothing live ─ entry: who, what, why, approved by whom ─ key overwritten, ciphertext gone ─ entry: erased
/// </code>
/// The tree stays as it is: every proof holds, and a commitment tells nothing without its salt. What leaves themselves hold stays: targets,
/// reasons, names of people.
/// </summary>
public sealed class Eraser(Journal journal, string logDirectory)
{
    /// <summary>Erases what a scope holds; returns the sessions.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="why">The legal basis or reason.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="approval">Half a sentence: who approved, or why nobody had to.</param>
    /// <param name="cancellationToken">Ends it between two sessions.</param>
    /// <exception cref="ErasureRefusedException">When something in the scope is held or live; nothing is erased then.</exception>
    /// <exception cref="IOException">When it could not be recorded, or a key not be destroyed; repeating it goes on.</exception>
    public async Task<ImmutableArray<SessionId>> EraseAsync(
        RecordScope scope,
        string why,
        string by,
        string approval,
        CancellationToken cancellationToken
    )
    {
        var index = await ErasureIndex.ReadAsync(logDirectory, cancellationToken).ConfigureAwait(false);
        Check(index, scope);
        var reason = $"{why}; {approval}";
        await SayAsync("erasure begins", scope, by, reason, default, cancellationToken).ConfigureAwait(false);
        var erased = ImmutableArray.CreateBuilder<SessionId>();
        foreach (var session in index.In(scope).OrderBy(session => session.Ended))
        {
            cancellationToken.ThrowIfCancellationRequested();
            journal.Payloads.Erase(session.Id);
            await SayAsync(ErasureIndex.ErasedDetail, scope, by, reason, session.Id, CancellationToken.None)
                .ConfigureAwait(false);
            erased.Add(session.Id);
        }

        return erased.ToImmutable();
    }

    /// <summary>Says why a scope can't be erased now.</summary>
    /// <exception cref="ErasureRefusedException">Always when it can't.</exception>
    public static void Check(ErasureIndex index, RecordScope scope)
    {
        ArgumentNullException.ThrowIfNull(index);
        var sessions = index.In(scope).ToList();
        if (sessions.Count == 0)
        {
            throw new ErasureRefusedException($"the log has no session of `{scope}`");
        }

        foreach (var session in sessions)
        {
            if (index.HoldOf(session) is { } hold)
            {
                throw new ErasureRefusedException(
                    $"`{session.Id}` is under a legal hold (entry {hold.Index}, `{hold.Scope}`: {hold.Why})"
                );
            }

            if (session.Ended is null)
            {
                throw new ErasureRefusedException($"`{session.Id}` is live: end it first");
            }
        }
    }

    /// <summary>Puts a scope under a legal hold, or takes it out of one.</summary>
    public Task HoldAsync(bool add, RecordScope scope, string why, string by, CancellationToken cancellationToken) =>
        SayAsync(
            add ? ErasureIndex.HeldDetail : ErasureIndex.ReleasedDetail,
            scope,
            by,
            why,
            default,
            cancellationToken
        );

    /// <summary>Records a step of an erasure.</summary>
    public async Task SayAsync(
        string detail,
        RecordScope scope,
        string by,
        string why,
        SessionId session,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(scope);
        await journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Session = session,
                    Person = by,
                    Target = scope.ToString(),
                    Detail = detail,
                    Reason = why,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }
}
