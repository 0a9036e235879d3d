using System.Buffers;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>
/// A glob of paths: absolute, or below an anchor (<c>workspace/</c>, <c>home/</c>, <c>tmp/</c>), or anywhere (<c>**/…</c>).
/// A deny or ask rule that names a directory without a wildcard means what is below it too.
/// </summary>
internal sealed class PathPattern : TargetPattern
{
    private static readonly string[] _anchors = ["workspace", "home", "tmp"];
    private static readonly SearchValues<char> _forbidden = SearchValues.Create("\\\0\n\r");

    private readonly Verb _verb;
    private readonly SegmentPattern _segments;

    private PathPattern(Verb verb, string canonical, SegmentPattern segments)
    {
        _verb = verb;
        Canonical = canonical;
        _segments = segments;
    }

    /// <inheritdoc/>
    public override bool IsWide => _segments.IsAny || Canonical == "/**";

    /// <inheritdoc/>
    public override string Canonical { get; }

    /// <inheritdoc/>
    public override ActionTarget? Literal => _segments.IsLiteral ? new FileTarget(_verb, Canonical) : null;

    /// <summary>The verb.</summary>
    public Verb Verb => _verb;

    /// <summary>The segments of the paths it matches.</summary>
    public SegmentPattern Segments => _segments;

    /// <summary>True when it is one name, or a folder and all below: what a mount can hold exactly.</summary>
    public bool IsWholeFolder =>
        _segments.Segments is var s
        && s.Take(s.Count - 1).All(g => g is { IsLiteral: true })
        && (s[^1] is null || s[^1]!.IsLiteral);

    /// <inheritdoc/>
    public override bool Matches(ActionTarget target) =>
        target is FileTarget file && file.Verb == _verb && MatchesName(file.Names[0]);

    /// <summary>True when one name of a file fits.</summary>
    public bool MatchesName(ReadOnlySpan<char> name) => _segments.Matches(name);

    /// <summary>True when a name is absolute or anchored, without <c>.</c>, <c>..</c> and empty segments.</summary>
    public static bool IsCanonical(ReadOnlySpan<char> name)
    {
        const int LongestPath = 4096; // PATH_MAX
        if (name.Length is 0 or > LongestPath || name.ContainsAny(_forbidden))
        {
            return false;
        }

        if (name is "/")
        {
            return true;
        }

        var rest = name[0] == '/' ? name[1..] : name;
        foreach (var range in rest.Split('/'))
        {
            if (rest[range] is "" or "." or "..")
            {
                return false;
            }
        }

        var slash = name.IndexOf('/');
        return name[0] == '/' || IsAnchor(slash < 0 ? name : name[..slash]);
    }

    /// <summary>Reads a path glob.</summary>
    public static PathPattern? ParsePath(Verb verb, string text, bool grants, out PatternProblem problem)
    {
        if (text.AsSpan().ContainsAny(_forbidden))
        {
            problem = new("holds a character that no rule can name", "");
            return null;
        }

        if (text.Length > 1 && text.EndsWith('/'))
        {
            problem = new("ends in `/`", $"Write `{text}**` for all below it.");
            return null;
        }

        var words = text.Split('/');
        if (words.Skip(1).Any(w => w is "" or "." or "..") && text != "/")
        {
            problem = new("holds an empty segment, `.` or `..`, which no canonical path has", "");
            return null;
        }

        if (words[0] is not ("" or "**") && !IsAnchor(words[0]))
        {
            var (verbWord, start) = (
                verb == Verb.Read ? "read" : "write",
                words[0] == "~" ? "home" + text[1..] : "workspace/" + text
            );
            problem = new(
                "starts nowhere: `/`, `**/`, `workspace/`, `home/` and `tmp/` are the places a path starts at",
                $"Did you mean `{verbWord} {start}`?"
            );
            return null;
        }

        if (!SegmentPattern.TryParse(text, '/', out var segments, out var what))
        {
            problem = new(what, "");
            return null;
        }

        problem = default;
        var below = !grants && segments.Segments[^1] is { IsLiteral: true };
        return new PathPattern(verb, below ? text + "/**" : text, below ? segments.AndBelow() : segments);
    }

    private static bool IsAnchor(ReadOnlySpan<char> word)
    {
        foreach (var anchor in _anchors)
        {
            if (word.SequenceEqual(anchor))
            {
                return true;
            }
        }

        return false;
    }
}
