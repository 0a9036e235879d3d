using System.Text.Json;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Policies;

/// <summary>What is known of an action, in plain values; null is unknown.</summary>
internal sealed record PlainFacts
{
    public required DateTimeOffset Now { get; init; }

    public string? User { get; init; }

    public Labels? Labels { get; init; }

    public JsonElement? Args { get; init; }

    public long? Count { get; init; }

    /// <summary>What the catalogue says of the target.</summary>
    public Func<string, string?> Resource { get; init; } = _ => null;
}
