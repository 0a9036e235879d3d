using System.Text.Json;

namespace Bartizan.Core.Enforcement;

/// <summary>How an ask ended.</summary>
/// <param name="Asked">What was asked.</param>
/// <param name="Refusal">Why it was not approved; null when it was.</param>
/// <param name="Draft">What a person wrote instead.</param>
internal readonly record struct AskEnd(Digest Asked, string? Refusal, JsonElement? Draft)
{
    /// <summary>True when a person said no; false when nobody answered in time, or could be asked.</summary>
    public bool IsNo { get; init; }

    /// <summary>The name of the ask.</summary>
    public string Name => $"a-{Asked.ToString()[..Approvals.ApprovalRequest.IdDigits]}";
}
