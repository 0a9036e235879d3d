using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Pins;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.Pins;

/// <summary>What of one session's tool servers may be used as it is; what isn't, is in the log before anybody is told.</summary>
internal sealed class AgentPins(Session session, PinBook book, IJournal journal) : IToolPins
{
    /// <summary>Findings of one session that get an entry each; a server that changes for ever doesn't fill the disk.</summary>
    private const int MaxFindings = 512;

    /// <summary>Bytes of a finding's definitions that the log keeps.</summary>
    private const int MaxKeptBytes = 64 * 1024;

    private readonly ConcurrentDictionary<(string Target, string Code, Digest Definition), bool> _recorded = new();

    /// <inheritdoc/>
    public long Edition => book.Edition;

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PinVerdict>> JudgeAsync(
        string server,
        IReadOnlyList<ToolDefinition?> listed,
        CancellationToken cancellationToken
    ) =>
        await TakeAsync(
                server,
                b => b.Judge(server, listed, Required, session.Manifest.Servers.Keys),
                cancellationToken
            )
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<PinVerdict> JudgeAsync(
        string server,
        ServerIdentity? identity,
        CancellationToken cancellationToken
    ) =>
        (await TakeAsync(server, b => b.Judge(server, identity, Required), cancellationToken).ConfigureAwait(false))[0];

    private bool Required => session.Manifest.PinsRequired;

    private async Task<ImmutableArray<PinVerdict>> TakeAsync(
        string server,
        Func<PinBook, PinJudgement> judge,
        CancellationToken cancellationToken
    )
    {
        await book.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var judgement = judge(book);
            foreach (var note in judgement.Notes)
            {
                await RecordAsync(note, cancellationToken).ConfigureAwait(false);
            }

            if (judgement.Kept is { } kept)
            {
                book.Keep(server, kept);
            }

            return judgement.Verdicts;
        }
        finally
        {
            book.Turn.Release();
        }
    }

    private async Task RecordAsync(PinNote note, CancellationToken cancellationToken)
    {
        var key = (note.Target, note.Finding.Code, Digest.Of(Encoding.UTF8.GetBytes(note.After)));
        if (_recorded.Count >= MaxFindings || !_recorded.TryAdd(key, true))
        {
            return;
        }

        await journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Finding,
                    Session = session.Id,
                    Agent = session.Agent,
                    Person = session.Person,
                    Point = "pins",
                    Verb = Verb.Tool,
                    Target = note.Target,
                    Detail = note.Finding.Head,
                    Reason = note.Finding.Says,
                    Policy = session.Policy.Digest,
                    Payloads = note.After.Length == 0 ? [] : [Kept(note)],
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static Payload Kept(PinNote note)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("before"u8, note.Before);
            json.WriteString("after"u8, note.After);
            json.WriteEndObject();
        }

        return new Payload(
            "definitions",
            "application/json",
            body.WrittenMemory[..Math.Min(body.WrittenCount, MaxKeptBytes)]
        );
    }
}
