using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Flow;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>
/// What is known of an action beside its target. What isn't given is unknown, and an unknown only makes a decision stricter:
/// a deny or ask rule that asks for it applies, an allow rule doesn't.
/// </summary>
public readonly record struct Circumstances
{
    /// <summary>When it is decided.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Whom the session acts for; null when unknown.</summary>
    public User? User { get; init; }

    /// <summary>What the session has been exposed to; null when unknown.</summary>
    public Labels? Labels { get; init; }

    /// <summary>First steps of sequences that the session has taken; null when unknown.</summary>
    public ImmutableHashSet<string>? Passed { get; init; }

    /// <summary>True where a reader gave the session values: rules that ask for targets then look at where they come from.</summary>
    public bool Traced { get; init; }

    /// <summary>The arguments of a tool call, as they will be sent; <c>Undefined</c> when unknown.</summary>
    public JsonElement Arguments { get; init; }

    /// <summary>Where the values come from that the session works with; null when unknown.</summary>
    public Provenance? Values { get; init; }

    /// <summary>The query of a request with its question mark, as it will be sent; null when unknown.</summary>
    public string? Query { get; init; }

    /// <summary>A time, and nothing else.</summary>
    public static Circumstances At(DateTimeOffset now) => new() { Now = now };

    /// <summary>What is known of a session's action at a time.</summary>
    public static Circumstances Of(Session session, DateTimeOffset now, JsonElement arguments = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var met = session.Exposure;
        return new()
        {
            Now = now,
            User = session.User,
            Labels = met.Labels,
            Passed = met.Passed,
            Traced = met.Traced,
            Arguments = arguments,
            Values = session.Values,
        };
    }
}
