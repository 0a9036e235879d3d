using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Tasks;

/// <summary>
/// A call that its server goes on with after it has answered. INVARIANT: its passage stays open until its result has come, so that the
/// result is inspected, cut down and recorded as that of the call it is of.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="id">The task, as the server calls it.</param>
/// <param name="call">The call that made it, with its passage.</param>
/// <param name="since">When, as the clock's timestamp.</param>
internal sealed class ServerTask(string server, string id, PendingCall call, long since)
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private byte[]? _given;
    private byte[]? _granted;
    private volatile bool _isOver;

    /// <summary>The server.</summary>
    public string Server => server;

    /// <summary>The task, as the server calls it.</summary>
    public string Id => id;

    /// <summary>The call that made it, with its passage.</summary>
    public PendingCall Call => call;

    /// <summary>When it was made.</summary>
    public long Since => since;

    /// <summary>Its passage is over: nothing that a server words freely passes any more but the result that was given before.</summary>
    public bool IsOver => _isOver;

    /// <summary>What the server asks of the client, and the rules let it; a client answers nothing else.</summary>
    public FrozenSet<string> Questions { get; private set; } = [];

    /// <summary>One result at a time.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _one.WaitAsync(cancellationToken);

    /// <summary>The next may.</summary>
    public void Leave() => _one.Release();

    /// <summary>True when a result may be given: the first, and again the very same.</summary>
    public bool MayGive(ReadOnlySpan<byte> result) =>
        _given is null ? !_isOver : SHA256.HashData(result).AsSpan().SequenceEqual(_given);

    /// <summary>Notes that a result was given, which its passage has recorded.</summary>
    public void Give(ReadOnlySpan<byte> result)
    {
        _given ??= SHA256.HashData(result);
        _isOver = true;
    }

    /// <summary>True when these questions were granted already: a server says them each time it is asked how the task stands.</summary>
    public bool IsGranted(ReadOnlySpan<byte> questions) =>
        _granted is not null && SHA256.HashData(questions).AsSpan().SequenceEqual(_granted);

    /// <summary>Notes what was granted.</summary>
    public void Grant(ReadOnlySpan<byte> questions, IEnumerable<string> names)
    {
        _granted = SHA256.HashData(questions);
        Questions = Questions.Concat(names).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>False for an update that answers what it hasn't asked.</summary>
    public bool Takes(string method, CallParams call) =>
        method != Methods.UpdateTask
        || (
            call.Member("inputResponses") is { ValueKind: JsonValueKind.Object } answers
            && answers.EnumerateObject().All(one => Questions.Contains(one.Name))
        );

    /// <summary>Ends its passage, where that isn't over.</summary>
    public ValueTask EndAsync(OutcomeKind kind, string why)
    {
        _isOver = true;
        return call.EndAsync(kind, why);
    }
}
