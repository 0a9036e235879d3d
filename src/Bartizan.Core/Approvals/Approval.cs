using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>People's answer to an ask. <c>default</c> refuses.</summary>
/// <param name="Granted">Whether the action may go on.</param>
/// <param name="Digest">The digest of the request that was shown.</param>
/// <param name="Person">Who answered; empty when nobody could, and then nothing is granted.</param>
/// <param name="Reason">Why not, in words.</param>
public readonly record struct Approval(bool Granted, Digest Digest, string? Person, string? Reason)
{
    /// <summary>How it was given, for the record: as whom, which of how many, for how long.</summary>
    public string? Detail { get; init; }

    /// <summary>How long the ask had been shown when it was given.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>
    /// The arguments that a person wrote instead of the action's own. The answer is then no yes: the action is decided anew with
    /// them, and asked anew where its rules ask. Null when nobody did.
    /// </summary>
    public JsonElement? Draft { get; init; }

    /// <summary>True when whoever takes the answers has made each of them durable already.</summary>
    public bool Recorded { get; init; }
}
