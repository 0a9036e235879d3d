using System.Collections.Immutable;
using Bartizan.Control.People;

namespace Bartizan.Control.OpenId;

/// <summary>What came of a sign-in at a provider.</summary>
public sealed record CodeFlowEnd
{
    /// <summary>Who it is; null for nobody.</summary>
    public string? Person { get; private init; }

    /// <summary>What they may do.</summary>
    public ImmutableArray<Grant> Grants { get; private init; } = [];

    /// <summary>Where the browser goes.</summary>
    public string Next { get; private init; } = "/";

    /// <summary>Why it is nobody; a sentence without any text of the provider's or the browser's.</summary>
    public string Why { get; private init; } = "";

    internal static CodeFlowEnd Of(string person, ImmutableArray<Grant> grants, string next) =>
        new()
        {
            Person = person,
            Grants = grants,
            Next = next,
        };

    internal static CodeFlowEnd Refused(string why) => new() { Why = why };
}
