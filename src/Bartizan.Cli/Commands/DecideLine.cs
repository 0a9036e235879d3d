using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Cli.Commands;

/// <summary>One answer of <c>bartizan decide</c>.</summary>
/// <param name="Id">What the question called itself, as it stood there.</param>
/// <param name="Decision"><c>allow</c>, <c>ask</c> or <c>deny</c>.</param>
/// <param name="Reason">Why.</param>
internal sealed record DecideLine(JsonElement? Id, Effect Decision, string Reason)
{
    /// <summary>The rules that led to it.</summary>
    public ImmutableArray<RuleReference>? Rules { get; init; }

    /// <summary>The one rule that would allow it.</summary>
    public string? Needed { get; init; }

    /// <summary>The arguments that go with it, each with the value that it has.</summary>
    public string? NeededArgs { get; init; }

    /// <summary>The credential that would have to be injected.</summary>
    public string? Credential { get; init; }

    /// <summary>Who may approve an ask.</summary>
    public ImmutableArray<string>? Approvers { get; init; }

    /// <summary>Digest of the policy.</summary>
    public string? Policy { get; init; }

    /// <summary>What is wrong with the question.</summary>
    public string? Error { get; init; }
}
