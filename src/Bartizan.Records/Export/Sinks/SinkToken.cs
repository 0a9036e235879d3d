namespace Bartizan.Records.Export.Sinks;

/// <summary>What a sink shows to be let in. It prints as <c>***</c>, and takes itself out of what a server says.</summary>
public sealed class SinkToken(string text)
{
    /// <summary>Shorter than this it may stand in any sentence by chance.</summary>
    private const int ScrubbedFrom = 4;

    /// <summary>No token: nothing is shown.</summary>
    public static SinkToken None { get; } = new("");

    /// <summary>True when there is one.</summary>
    public bool IsPresent => text.Length > 0;

    /// <summary>Never the token.</summary>
    public override string ToString() => "***";

    /// <summary>The token, for the header or key that it is put into.</summary>
    internal string Reveal() => text;

    /// <summary>A server's words without the token: some repeat what they were shown.</summary>
    internal string Scrub(string words) =>
        text.Length < ScrubbedFrom ? words : words.Replace(text, "***", StringComparison.Ordinal);
}
