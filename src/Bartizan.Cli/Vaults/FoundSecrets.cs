using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;
using Bartizan.Posture.Credentials;

namespace Bartizan.Cli.Vaults;

/// <summary>What the guards take for a credential in a text.</summary>
internal static class FoundSecrets
{
    /// <summary>From this confidence on it is one, as far as a machine can say.</summary>
    public const double Sure = 0.85;

    /// <summary>From this confidence on a finding is listed.</summary>
    private const double Likely = 0.7;

    /// <summary>Finds them.</summary>
    public static IEnumerable<FoundValue> In(string text) =>
        ContentScan
            .Of(text, Channel.Untrusted, Sought.Sensitive)
            .Findings.Where(finding => finding is { Guard: "secrets", Confidence: >= Likely })
            .Select(finding => new FoundValue(
                finding.Kind,
                finding.Start,
                finding.End,
                finding.Confidence,
                finding.Coding == Coding.Plain
            ));
}
