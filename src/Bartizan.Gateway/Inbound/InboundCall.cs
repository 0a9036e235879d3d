using System.Collections.Immutable;

namespace Bartizan.Gateway.Inbound;

/// <summary>One request of a caller that is known.</summary>
/// <param name="Id">What it is called in answers and entries.</param>
/// <param name="Form">What it asks for.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Turn">The turn that it was taken in; of nobody the address's.</param>
internal sealed record InboundCall(string Id, InboundForm Form, Caller Caller, CallerTurn Turn)
{
    /// <summary>Its body, whole.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Its headers that the agent gets.</summary>
    public ImmutableArray<(string Name, string Value)> Passed { get; init; } = [];
}
