using System.Text;

namespace Bartizan.Records.Export.Sinks;

/// <summary>What a sink shows to be let in. It prints as <c>***</c>, and takes itself out of what a server says.</summary>
public sealed class SinkToken(string text)
{
    private const string Stars = "***";

    // Shorter than this it may stand in any sentence by chance.
    private const int ScrubbedFrom = 4;

    /// <summary>No token: nothing is shown.</summary>
    public static SinkToken None { get; } = new("");

    /// <summary>True when there is one.</summary>
    public bool IsPresent => text.Length > 0;

    /// <summary>Never the token.</summary>
    public override string ToString() => Stars;

    /// <summary>The token, for the header or key that it is put into.</summary>
    internal string Reveal() => text;

    /// <summary>A server's words without the token: some repeat what they were shown.</summary>
    internal string Scrub(string words) =>
        text.Length < ScrubbedFrom
            ? words
            : words
                .Replace(text, Stars, StringComparison.Ordinal)
                // As it stands behind `Basic`, which proxies quote with the other headers.
                .Replace(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), Stars, StringComparison.Ordinal);
}
