using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;

namespace Bartizan.Gateway.Databases;

/// <summary>What an agent sends, message by message: steps 3 to 5 of the gateway's drawing.</summary>
internal sealed class AgentSide(
    DatabaseWiring wiring,
    DatabaseConnection connection,
    string database,
    WireStream agent,
    WireStream server
)
{
    /// <summary>A name that no statement and no portal ever has.</summary>
    private const string Nothing = "b0";

    /// <summary>Values of the portals of one connection.</summary>
    private const int MaxKeptBytes = 32 << 20;

    // INVARIANT: nothing that can be read as a statement: the server answers with an error, and does as it does after every other one.
    private static readonly string s_unreadable = "bartizan_refused";

    // From a refusal to the next Sync the server would skip everything; so does this, and nobody is asked for what never runs.
    private bool _skipping;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await agent.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (message.Type == 'X')
            {
                return;
            }

            if (connection.Pending.Count > wiring.Options.MaxPending)
            {
                throw new WireBrokenException($"more than {wiring.Options.MaxPending} messages wait for an answer");
            }

            await TakeAsync(message, cancellationToken).ConfigureAwait(false);
            if (!agent.HasNext || server.IsFull)
            {
                await server.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private ValueTask TakeAsync(WireMessage message, CancellationToken cancellationToken)
    {
        switch ((char)message.Type)
        {
            case 'S':
                _skipping = false;
                Send('S', [], new Pending(ExpectedAnswer.Sync));
                return default;
            case 'H':
                server.Write((byte)'H', []);
                return default;
            case 'P' or 'B' or 'D' or 'E' or 'C' or 'Q' or 'F' when _skipping:
                return default;
            case 'Q':
                return QueryAsync(AgentMessages.TextOf(message.Body), cancellationToken);
            case 'F':
                return RefuseUnreadAsync("", "calls of functions by number are no statements", isQuery: true);
            case 'P':
                return ParseAsync(message.Body, cancellationToken);
            case 'B':
                return BindAsync(message.Body);
            case 'D' or 'C':
                return Named(message);
            case 'E':
                return ExecuteAsync(message.Body, cancellationToken);
            default:
                throw new WireBrokenException(
                    $"a message of the kind `{Shown(message.Type)}` isn't taken",
                    WireBrokenException.Unsupported
                );
        }
    }

    private async ValueTask QueryAsync(string text, CancellationToken cancellationToken)
    {
        if (SqlStatement.ReadAll(text) is not { } statements)
        {
            await RefuseUnreadAsync(text, "it doesn't understand the statement", isQuery: true).ConfigureAwait(false);
            return;
        }

        var passages = ImmutableArray.CreateBuilder<Passage?>(statements.Length);
        foreach (var statement in statements)
        {
            if (!StatementAction.IsOne(statement))
            {
                passages.Add(null);
                continue;
            }

            var (passage, refused) = await RequestAsync(statement, [], cancellationToken).ConfigureAwait(false);
            if (refused is not null)
            {
                // INVARIANT: a text is judged whole: one statement of it refused, and none is sent.
                await DropAsync(passages).ConfigureAwait(false);
                Poison(refused, isQuery: true);
                return;
            }

            passages.Add(passage);
        }

        Send(
            'Q',
            new WireBody().Text(string.Join("; ", statements.Select(s => s.Sent))).Written,
            new Pending(ExpectedAnswer.Query) { Passages = passages.ToImmutable() }
        );
    }

    private async ValueTask ParseAsync(byte[] body, CancellationToken cancellationToken)
    {
        var (name, text, types) = AgentMessages.ReadParse(body);
        if (SqlStatement.ReadAll(text) is not { } statements)
        {
            await RefuseUnreadAsync(text, "it doesn't understand the statement", isQuery: false).ConfigureAwait(false);
            return;
        }

        if (statements.Length > 1)
        {
            await RefuseUnreadAsync(text, "only one statement can be prepared at once", isQuery: false)
                .ConfigureAwait(false);
            return;
        }

        if (await FindRefusalAsync(statements, cancellationToken).ConfigureAwait(false) is { } refused)
        {
            Poison(refused, isQuery: false);
            return;
        }

        var one = new Prepared(connection.Statements.Fresh(), statements.FirstOrDefault());
        if (!connection.Statements.TryPut(name, one.Name, one))
        {
            Poison(
                new Refused("42P05", $"bartizan: there is a prepared statement `{name}`, or too many of them", null),
                false
            );
            return;
        }

        CloseStale();
        Send(
            'P',
            new WireBody().Text(one.Name).Text(one.Statement?.Sent ?? "").Bytes(types).Written,
            new Pending(ExpectedAnswer.Parse)
        );
    }

    // The server plans what it is shown, and planning calls functions: what no rule can grant is refused before, whatever its values.
    private async ValueTask<Refused?> FindRefusalAsync(
        ImmutableArray<SqlStatement> statements,
        CancellationToken cancellationToken
    )
    {
        if (
            statements is not [var statement]
            || !StatementAction.IsOne(statement)
            || DatabaseGrant.CouldFit(wiring.Session.Manifest, database, statement)
        )
        {
            return null;
        }

        var (passage, refused) = await RequestAsync(statement, [], cancellationToken).ConfigureAwait(false);
        await DropAsync([passage]).ConfigureAwait(false);
        return refused;
    }

    private ValueTask BindAsync(byte[] body)
    {
        var reader = new WireReader(body);
        var (name, statement) = (reader.Text(), reader.Text());
        var rest = reader.Rest().ToArray();
        if (connection.Statements.Find(statement) is not { } prepared)
        {
            Poison(
                new Refused("26000", $"bartizan: there is no prepared statement `{statement}`", null),
                isQuery: false
            );
            return default;
        }

        connection.Portals.Drop("");
        if (connection.Portals.Kept + rest.Length > MaxKeptBytes)
        {
            Poison(
                new Refused("53200", "bartizan: its portals keep too many values: close some", null),
                isQuery: false
            );
            return default;
        }

        var (values, formats) = AgentMessages.ReadValues(rest);
        var portal = new Portal(connection.Portals.Fresh(), prepared, values, formats, rest.Length);
        if (!connection.Portals.TryPut(name, portal.Name, portal))
        {
            // A driver reuses the name after its transaction has taken the portal away.
            connection.Portals.Drop(name);
            _ = connection.Portals.TryPut(name, portal.Name, portal);
        }

        CloseStale();
        Send(
            'B',
            new WireBody().Text(portal.Name).Text(prepared.Name).Bytes(rest).Written,
            new Pending(ExpectedAnswer.Bind)
        );
        return default;
    }

    private ValueTask Named(WireMessage message)
    {
        var reader = new WireReader(message.Body);
        var (kind, name) = (reader.Byte(), reader.Text());
        var there = kind switch
        {
            (byte)'S' => connection.Statements.Find(name)?.Name,
            (byte)'P' => connection.Portals.Find(name)?.Name,
            _ => throw new WireBrokenException("neither a statement nor a portal is meant"),
        };
        if (message.Type == 'C')
        {
            if (kind == 'S')
            {
                connection.Statements.Drop(name);
            }
            else
            {
                connection.Portals.Drop(name);
            }
        }

        CloseStale();
        var answer =
            message.Type == 'C' ? ExpectedAnswer.Close
            : kind == 'S' ? ExpectedAnswer.DescribeStatement
            : ExpectedAnswer.DescribePortal;
        Send((char)message.Type, new WireBody().Byte(kind).Text(there ?? Nothing).Written, new Pending(answer));
        return default;
    }

    private async ValueTask ExecuteAsync(byte[] body, CancellationToken cancellationToken)
    {
        var (name, most) = AgentMessages.ReadExecute(body);
        if (connection.Portals.Find(name) is not { } portal)
        {
            Poison(new Refused("34000", $"bartizan: there is no portal `{name}`", null), isQuery: false);
            return;
        }

        Passage? passage = null;
        if (StatementAction.IsOne(portal.Prepared.Statement))
        {
            (passage, var refused) = await RequestAsync(portal.Prepared.Statement!, portal.Values, cancellationToken)
                .ConfigureAwait(false);
            if (refused is not null)
            {
                Poison(refused, isQuery: false);
                return;
            }
        }

        Send(
            'E',
            new WireBody().Text(portal.Name).Int(most).Written,
            new Pending(ExpectedAnswer.Execute) { Passages = [passage], Formats = portal.Formats }
        );
    }

    private async ValueTask<(Passage? Passage, Refused? Refused)> RequestAsync(
        SqlStatement statement,
        ImmutableArray<string?> values,
        CancellationToken cancellationToken
    )
    {
        // The agent hears what it waits for while a person is asked about this.
        await server.FlushAsync(cancellationToken).ConfigureAwait(false);
        var action = StatementAction.Of(wiring.Session.Id, database, statement, values);
        var passage = await wiring.Monitor.RequestAsync(action, cancellationToken).ConfigureAwait(false);
        if (!passage.Granted)
        {
            await passage.DisposeAsync().ConfigureAwait(false);
            return (null, Refused.By((ToolTarget)action.Target, passage.Decision));
        }

        if (passage.Obligations.Keep is null && passage.Obligations.Credential is null)
        {
            return (passage, null);
        }

        await DropAsync([passage]).ConfigureAwait(false);
        return (
            null,
            new Refused(
                "42501",
                $"bartizan refused `tool {action.Target.Text}`: its rule has `keep` or `with`, which no database holds to",
                "Name the columns in the rule's `sql`."
            )
        );
    }

    private static async ValueTask DropAsync(IEnumerable<Passage?> passages)
    {
        foreach (var passage in passages.OfType<Passage>())
        {
            await passage
                .CompleteAsync(new Outcome(OutcomeKind.Cut, "it never left") { IsFree = true })
                .ConfigureAwait(false);
            await passage.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask RefuseUnreadAsync(string text, string what, bool isQuery)
    {
        await wiring
            .Monitor.RefuseAsync(StatementAction.Unread(wiring.Session.Id, database, text), what)
            .ConfigureAwait(false);
        Poison(Refused.NotUnderstood(what), isQuery);
    }

    private void Poison(Refused refused, bool isQuery)
    {
        _skipping = !isQuery;
        if (isQuery)
        {
            Send(
                'Q',
                new WireBody().Text(s_unreadable).Written,
                new Pending(ExpectedAnswer.Query) { Refused = refused }
            );
        }
        else
        {
            Send(
                'P',
                new WireBody().Text(Nothing).Text(s_unreadable).Short(0).Written,
                new Pending(ExpectedAnswer.Parse) { Refused = refused }
            );
        }
    }

    private void CloseStale()
    {
        foreach (
            var queue in (ReadOnlySpan<System.Collections.Concurrent.ConcurrentQueue<Stale>>)
                [connection.Statements.Stale, connection.Portals.Stale]
        )
        {
            while (queue.TryDequeue(out var stale))
            {
                Send(
                    'C',
                    new WireBody().Byte(stale.Kind).Text(stale.Name).Written,
                    new Pending(ExpectedAnswer.Close) { Hidden = stale }
                );
            }
        }
    }

    // INVARIANT: what is expected stands in the queue before the message can be answered.
    private void Send(char type, ReadOnlySpan<byte> body, Pending pending)
    {
        connection.Pending.Enqueue(pending);
        server.Write((byte)type, body);
    }

    private static string Shown(byte type) => char.IsAsciiLetterOrDigit((char)type) ? $"{(char)type}" : $"{type}";
}
