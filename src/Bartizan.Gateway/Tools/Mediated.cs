using Bartizan.Gateway.Tools.Clients;

namespace Bartizan.Gateway.Tools;

/// <summary>What becomes of a server's message.</summary>
/// <param name="Bytes">What the client sees; empty for nothing.</param>
/// <param name="Answered">The call that it answers; null when it is no answer.</param>
/// <param name="Refusal">What the server is told instead; empty for nothing.</param>
internal readonly record struct Mediated(
    ReadOnlyMemory<byte> Bytes,
    PendingCall? Answered,
    ReadOnlyMemory<byte> Refusal
)
{
    /// <summary>True for an answer that was inspected and passes as it came: sent again, the very same bytes need no second look.</summary>
    public bool AsItCame { get; init; }

    /// <summary>It is left out.</summary>
    public static Mediated Nothing => default;

    /// <summary>It goes on.</summary>
    public static Mediated Passed(ReadOnlyMemory<byte> bytes) => new(bytes, null, default);

    /// <summary>It answers a call.</summary>
    public static Mediated AnswerOf(PendingCall call, ReadOnlyMemory<byte> bytes, bool asItCame = false) =>
        new(bytes, call, default) { AsItCame = asItCame };

    /// <summary>It is refused, and the server hears so.</summary>
    public static Mediated Reply(ReadOnlyMemory<byte> refusal) => new(default, null, refusal);
}
