using System.Globalization;

namespace Bartizan.Core.Findings;

/// <summary>What a guard, detector or check reports: what, where, how severe, how sure.</summary>
/// <param name="Code">What, as one word that stays the same: <c>pin-changed</c>.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Confidence">How sure, from 0 to 1.</param>
/// <param name="Place">Where in what was looked at: a JSON pointer; empty for the whole.</param>
/// <param name="Says">One sentence, safe to show: nothing of what was looked at stands in it unescaped.</param>
public sealed record Finding(string Code, FindingSeverity Severity, double Confidence, string Place, string Says)
{
    /// <summary>The finding's head as entries have it: code, severity, confidence.</summary>
    public string Head =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Code} {Severity.ToString().ToLowerInvariant()} {Confidence:0.0#}"
        );
}
