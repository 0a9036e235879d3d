namespace Bartizan.Core.Manifests;

/// <summary>The name of a container image with its digest: <c>NAME@sha256:…</c>. A tag names whatever it points at today.</summary>
public static class ContainerImageName
{
    private const string Mark = "@sha256:";
    private const int DigestLength = 64;
    private const int MostLength = 255;

    /// <summary>The same as a regular expression, for the schema.</summary>
    public const string Expression = "^[a-z0-9][a-z0-9._/:-]*@sha256:[0-9a-f]{64}$";

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? Problem(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        if (at <= 0)
        {
            return "is not pinned: a tag can be moved; write `NAME@sha256:…` (`podman image inspect --format '{{.Digest}}' NAME`)";
        }

        var (name, digest) = (text[..at], text[(at + Mark.Length)..]);
        var fits =
            text.Length <= MostLength + Mark.Length + DigestLength
            && char.IsAsciiLetterOrDigit(name[0])
            && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || "._/:-".Contains(c))
            && digest.Length == DigestLength
            && digest.All(char.IsAsciiHexDigitLower);
        return fits ? null : "is no image name with a digest of 64 lower-case hex digits: `NAME@sha256:…`";
    }

    /// <summary>The digest of a name without a problem: <c>sha256:…</c>.</summary>
    public static string DigestOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text[(text.IndexOf('@', StringComparison.Ordinal) + 1)..];
    }
}
