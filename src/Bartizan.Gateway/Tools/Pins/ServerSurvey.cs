using System.Collections.Immutable;
using Bartizan.Core.Pins;

namespace Bartizan.Gateway.Tools.Pins;

/// <summary>What a server says of itself and of its tools now, in both eras of the protocol.</summary>
/// <param name="Server">The server's name in the manifest.</param>
/// <param name="Problem">Why nothing could be read; empty when something was.</param>
/// <param name="Seen">What it said.</param>
/// <param name="Unusable">How many items of its lists no pin can be made of.</param>
public sealed record ServerSurvey(string Server, string Problem, PinnedServer Seen, int Unusable)
{
    /// <summary>Its tools, one definition after the other.</summary>
    public ImmutableArray<ToolDefinition> Tools => [.. Seen.Tools.Values.SelectMany(all => all)];
}
