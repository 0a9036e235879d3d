using System.Collections.Immutable;

namespace Bartizan.Posture.Credentials;

/// <summary>What is changed in one file: values out, where they went in.</summary>
/// <param name="File">The file.</param>
/// <param name="Before">Its text as it was searched.</param>
/// <param name="Changes">What is changed, in the order of the text, none over another.</param>
public sealed record FileEdit(string File, string Before, ImmutableArray<TextChange> Changes)
{
    /// <summary>The text without the values.</summary>
    public string After => Written(Before, Changes.Select(change => (change, change.New)));

    /// <summary>The changed lines, before and after, values as asterisks.</summary>
    public IEnumerable<(int Line, string Before, string After)> Lines()
    {
        var masked = Changes.Select(change => (change, "********"));
        var before = Written(Before, masked).Split('\n');
        var after = After.Split('\n');
        var numbers = Changes.Select(change => Before.AsSpan(0, change.Start).Count('\n')).Distinct();
        return numbers.Select(at => (at + 1, before[at].TrimEnd('\r'), after[at].TrimEnd('\r')));
    }

    /// <inheritdoc/>
    public override string ToString() => File;

    private static string Written(string text, IEnumerable<(TextChange Change, string New)> changes)
    {
        var written = new System.Text.StringBuilder(text.Length);
        var at = 0;
        foreach (var (change, now) in changes)
        {
            written.Append(text, at, change.Start - at).Append(now);
            at = change.End;
        }

        return written.Append(text, at, text.Length - at).ToString();
    }
}
