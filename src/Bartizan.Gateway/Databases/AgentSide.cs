using System.Collections.Immutable;
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

    // INVARIANT: nothing that can be read as a statement: the server answers with an error, and does as it does after every other one.
    private static readonly string s_unreadable = "bartizan_refused";

    private readonly StatementGate _gate = new(wiring, connection.Kept, database);

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

        var all = new List<Asked>(statements.Length);
        var isWhole = false;
        try
        {
            foreach (var statement in statements)
            {
                var asked = StatementAction.IsOne(statement)
                    ? await RequestAsync(statement, [], cancellationToken).ConfigureAwait(false)
                    : default;
                if (asked.Refused is { } refused)
                {
                    Poison(refused, isQuery: true);
                    return;
                }

                all.Add(asked);
            }

            isWhole = true;
        }
        finally
        {
            // INVARIANT: a text is judged whole: one statement of it refused, and none is sent.
            if (!isWhole)
            {
                await _gate.DropAsync(all).ConfigureAwait(false);
            }
        }

        Send(
            'Q',
            new WireBody().Text(string.Join("; ", statements.Select(s => s.Sent))).Written,
            new Pending(ExpectedAnswer.Query)
            {
                Passages = [.. all.Select(one => one.Passage)],
                Bytes = all.Sum(one => one.Bytes),
            }
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

        if (types.Any(type => !PlainTypes.IsTaken(type)))
        {
            await RefuseUnreadAsync(text, "a value is of a type that isn't taken: say none, or text", isQuery: false)
                .ConfigureAwait(false);
            return;
        }

        if (
            statements is [var statement]
            && StatementAction.IsOne(statement)
            && await _gate.FindRefusalAsync(statement, cancellationToken).ConfigureAwait(false) is { } refused
        )
        {
            Poison(refused, isQuery: false);
            return;
        }

        if (name.Length > 0 && connection.Statements.Find(name) is not null)
        {
            Poison(new Refused("42P05", $"bartizan: there is a prepared statement `{name}`", null), isQuery: false);
            return;
        }

        var one = new Prepared(connection.Statements.Fresh(), statements.FirstOrDefault(), types);
        if (!connection.Statements.TryPut(name, one.Name, one))
        {
            Poison(StatementGate.NoRoom, isQuery: false);
            return;
        }

        CloseStale();
        Send(
            'P',
            new WireBody().Text(one.Name).Text(one.Statement?.Sent ?? "").Types(types).Written,
            new Pending(ExpectedAnswer.Parse)
        );
    }

    private ValueTask BindAsync(byte[] body)
    {
        var reader = new WireReader(body);
        var (name, statement) = (AgentMessages.NameOf(ref reader), AgentMessages.NameOf(ref reader));
        var rest = reader.Rest().ToArray();
        if (connection.Statements.Find(statement) is not { } prepared)
        {
            Poison(
                new Refused("26000", $"bartizan: there is no prepared statement `{statement}`", null),
                isQuery: false
            );
            return default;
        }

        // A driver reuses a name after its transaction has taken the portal away: the one before goes.
        var (values, formats) = AgentMessages.ReadValues(rest, prepared.Takes);
        var portal = new Portal(connection.Portals.Fresh(), prepared, values, formats, rest.Length);
        if (!connection.Portals.TryPut(name, portal.Name, portal))
        {
            Poison(StatementGate.NoRoom, isQuery: false);
            return default;
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
        var (kind, name) = (reader.Byte(), AgentMessages.NameOf(ref reader));
        var portal = kind == 'P' ? connection.Portals.Find(name) : null;
        var (there, prepared) = kind switch
        {
            (byte)'S' => connection.Statements.Find(name) is { } one ? (one.Name, one) : default,
            (byte)'P' => (portal?.Name, portal?.Prepared),
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
        Send(
            (char)message.Type,
            new WireBody().Byte(kind).Text(there ?? Nothing).Written,
            new Pending(answer) { Prepared = prepared }
        );
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

        Asked asked = default;
        if (StatementAction.IsOne(portal.Prepared.Statement))
        {
            asked = await RequestAsync(portal.Prepared.Statement!, portal.Values, cancellationToken)
                .ConfigureAwait(false);
            if (asked.Refused is { } refused)
            {
                Poison(refused, isQuery: false);
                return;
            }
        }

        Send(
            'E',
            new WireBody().Text(portal.Name).Int(most).Written,
            new Pending(ExpectedAnswer.Execute)
            {
                Passages = [asked.Passage],
                Bytes = asked.Bytes,
                Prepared = portal.Prepared,
                Formats = portal.Formats,
            }
        );
    }

    private async ValueTask<Asked> RequestAsync(
        SqlStatement statement,
        ImmutableArray<string?> values,
        CancellationToken cancellationToken
    )
    {
        // The agent hears what it waits for while a person is asked about this.
        await server.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await _gate.RequestAsync(statement, values, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RefuseUnreadAsync(string text, string what, bool isQuery)
    {
        await _gate.RefuseUnreadAsync(text, what).ConfigureAwait(false);
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
