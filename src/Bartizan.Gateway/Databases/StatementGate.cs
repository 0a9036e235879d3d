using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;

namespace Bartizan.Gateway.Databases;

/// <summary>Asks the monitor about the statements of one connection: step 4 of the gateway's drawing.</summary>
internal sealed class StatementGate(DatabaseWiring wiring, KeptBytes kept, string database)
{
    /// <summary>What is told where the session's connections hold too much already.</summary>
    public static Refused NoRoom { get; } =
        new("53200", "bartizan: the session's connections keep too many statements and values: close some", null);

    /// <summary>Asks about a statement with its values.</summary>
    public async ValueTask<Asked> RequestAsync(
        SqlStatement statement,
        ImmutableArray<string?> values,
        CancellationToken cancellationToken
    )
    {
        var action = StatementAction.Of(wiring.Session.Id, database, statement, values);
        var bytes = Prepared.OwnBytes + (2L * statement.Text.Length) + action.Payloads.Sum(p => p.Content.Length);
        if (!kept.TryTake(bytes))
        {
            return new Asked(null, NoRoom, 0);
        }

        Asked asked = default;
        try
        {
            asked = await RequestAsync(action, statement, bytes, cancellationToken).ConfigureAwait(false);
            return asked;
        }
        finally
        {
            if (asked.Passage is null)
            {
                kept.Return(bytes);
            }
        }
    }

    private async ValueTask<Asked> RequestAsync(
        AgentAction action,
        SqlStatement statement,
        long bytes,
        CancellationToken cancellationToken
    )
    {
        var passage = await wiring.Monitor.RequestAsync(action, cancellationToken).ConfigureAwait(false);
        if (!passage.Granted)
        {
            await passage.DisposeAsync().ConfigureAwait(false);
            return new Asked(null, Refused.By((ToolTarget)action.Target, passage.Decision), 0);
        }

        if (FindObjection(statement, passage.Decision) is not var (why, hint))
        {
            return new Asked(passage, null, bytes);
        }

        await CutAsync(passage).ConfigureAwait(false);
        return new Asked(null, new Refused("42501", $"bartizan refused `tool {action.Target.Text}`: {why}", hint), 0);
    }

    /// <summary>
    /// The server plans what it is shown, and planning calls functions: what no rule can grant is refused before, whatever its values.
    /// </summary>
    public async ValueTask<Refused?> FindRefusalAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        if (DatabaseGrant.CouldFit(wiring.Session.Manifest, database, statement))
        {
            return null;
        }

        var asked = await RequestAsync(statement, [], cancellationToken).ConfigureAwait(false);
        await DropAsync([asked]).ConfigureAwait(false);
        return asked.Refused;
    }

    /// <summary>Records that something isn't understood.</summary>
    public ValueTask RefuseUnreadAsync(string text, string what) =>
        wiring.Monitor.RefuseAsync(StatementAction.Unread(wiring.Session.Id, database, text), what);

    /// <summary>Lets go of what was granted and is never sent.</summary>
    public async ValueTask DropAsync(IEnumerable<Asked> all)
    {
        foreach (var asked in all)
        {
            kept.Return(asked.Bytes);
            if (asked.Passage is { } passage)
            {
                await CutAsync(passage).ConfigureAwait(false);
            }
        }
    }

    // INVARIANT: no grant without a rule that says what the statement may be; without one it could call any function there is.
    private (string Why, string Hint)? FindObjection(SqlStatement statement, Decision decision)
    {
        if (decision.Obligations.Keep is not null || decision.Obligations.Credential is not null)
        {
            return (
                "its rule has `keep` or `with`, which no database holds to",
                "Name the columns in the rule's `sql`."
            );
        }

        return
            decision.Obligations.Observed
            || (
                DatabaseGrant.IsOf(wiring.Session.Manifest, decision.Rules)
                && DatabaseGrant.CouldFit(wiring.Session.Manifest, database, statement)
            )
            ? null
            : ("no rule that allows it says which tables it may name", "Say `sql` with `tables` in the rule's `args`.");
    }

    private static async ValueTask CutAsync(Passage passage)
    {
        await passage
            .CompleteAsync(new Outcome(OutcomeKind.Cut, "it never left") { IsFree = true })
            .ConfigureAwait(false);
        await passage.DisposeAsync().ConfigureAwait(false);
    }
}
