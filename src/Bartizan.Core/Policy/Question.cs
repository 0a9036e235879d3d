using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>
/// What a policy is asked outside the monitor: by scripts, by test cases, by other people's enforcement points. The answer is
/// a pure decision: nothing is carried out, and nothing is recorded.
/// </summary>
public sealed record Question
{
    /// <summary>What would be done.</summary>
    public required ActionTarget Target { get; init; }

    /// <summary>The arguments of a tool call; <c>Undefined</c> when unknown.</summary>
    public JsonElement Arguments { get; init; }

    /// <summary>The person it would be done for; null when unknown.</summary>
    public string? Person { get; init; }

    /// <summary>What the session would have been exposed to; null when unknown.</summary>
    public Labels? Labels { get; init; }

    /// <summary>When; null for now.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Asks a policy that was compiled from <paramref name="manifest"/>.</summary>
    public Explanation Ask(Policy policy, Manifest manifest, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.Explain(Target, Circumstances(manifest, now));
    }

    /// <summary>What is known of the action, to a manifest that knows the person.</summary>
    internal Circumstances Circumstances(Manifest manifest, DateTimeOffset now) =>
        new()
        {
            Now = Time ?? now,
            Arguments = Arguments,
            Labels = Labels,
            User = Person is { } person ? User.Of(manifest, person) : null,
        };
}
