using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>What <c>bartizan sandbox test</c> found.</summary>
public sealed record EscapeReport
{
    /// <summary>True when nothing is open that the checked-in residuals don't accept at this tier.</summary>
    public bool Ok => !Attempts.IsEmpty && !Attempts.Any(attempt => attempt.Fails);

    /// <summary>How many were stopped.</summary>
    public int Blocked => Count(AttemptResult.Blocked);

    /// <summary>How many count as open: they succeeded, or nothing was proved.</summary>
    public int Open => Attempts.Count(attempt => attempt.Fails);

    /// <summary>How many succeeded and are accepted.</summary>
    public int Residual => Count(AttemptResult.Residual);

    /// <summary>How many could not be made on this host.</summary>
    public int NotApplicable => Count(AttemptResult.NotApplicable);

    /// <summary>The backend: <c>bubblewrap</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>Its version.</summary>
    public required string BackendVersion { get; init; }

    /// <summary>Kernel release.</summary>
    public required string Kernel { get; init; }

    /// <summary>How strongly limits are enforced here.</summary>
    public required LimitTier Tier { get; init; }

    /// <summary>What the host gives.</summary>
    public required HostReport Host { get; init; }

    /// <summary>The layers of the sandbox that was attacked.</summary>
    public required ImmutableArray<ReceiptLayer> Layers { get; init; }

    /// <summary>Every attempt, by id.</summary>
    public required ImmutableArray<Attempt> Attempts { get; init; }

    /// <summary>The same report with attempts that another room made, judged by the same residuals.</summary>
    public EscapeReport With(IEnumerable<Attempt> more)
    {
        ArgumentNullException.ThrowIfNull(more);
        return this with { Attempts = [.. Attempts, .. Accept(more, Residuals.Load(), Tier)] };
    }

    /// <summary>The one object that <c>--json</c> prints.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SelfTestJson.Default.EscapeReport);

    internal static ImmutableArray<Attempt> Accept(
        IEnumerable<Attempt> attempts,
        ImmutableArray<Residual> residuals,
        LimitTier tier
    ) => [.. attempts.Select(attempt => Accept(attempt, residuals, tier))];

    // Only what is known to be open can be accepted; an attempt without a verdict never is.
    private static Attempt Accept(Attempt attempt, ImmutableArray<Residual> residuals, LimitTier tier) =>
        attempt.Result == AttemptResult.Open
        && residuals.FirstOrDefault(r => r.Covers(attempt.Id, tier)) is { } residual
            ? attempt with
            {
                Result = AttemptResult.Residual,
                Reason = residual.Reason,
            }
            : attempt;

    private int Count(AttemptResult result) => Attempts.Count(attempt => attempt.Result == result);
}
