using System.Collections.Immutable;

namespace Bartizan.Records.Claims;

/// <summary>One thing that an agent says of itself.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="Attributes">What it says of it.</param>
internal sealed record Claim(string Name, ImmutableArray<KeyValuePair<string, string>> Attributes);
