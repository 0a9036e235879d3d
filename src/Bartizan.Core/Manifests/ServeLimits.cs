using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>How much callers may ask of a served agent. What isn't said is as here.</summary>
public sealed record ServeLimits
{
    /// <summary>Of one user.</summary>
    public CallerLimit PerUser { get; init; } = new(new CallerRate(120, TimeSpan.FromMinutes(1)), 8);

    /// <summary>Of one address, whoever calls from there.</summary>
    public CallerLimit PerAddress { get; init; } = new(new CallerRate(1200, TimeSpan.FromMinutes(1)), 64);

    /// <summary>A request's body.</summary>
    public long BodyBytes { get; init; } = 1 << 20;

    /// <summary>An answer's body, or all that a stream or WebSocket brings.</summary>
    public long AnswerBytes { get; init; } = 64 << 20;

    /// <summary>From a request's head to its answer's end; streams and WebSockets too.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From the request to its answer's head.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>From the start of an agent in its sandbox until it listens.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Media types of request bodies.</summary>
    public ImmutableArray<string> Types { get; init; } = ["application/json"];

    /// <summary>A request's address, in characters.</summary>
    public int Url { get; init; } = 2048;
}
